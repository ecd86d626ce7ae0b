import fc from 'fast-check';
import { expect, it } from 'vitest';
import { JsonError, readJson, type JsonValue } from '../../src/lint/json.ts';

function plain(value: JsonValue): unknown {
  switch (value.kind) {
    case 'scalar':
      return value.value;
    case 'array':
      return value.items.map(plain);
    case 'object':
      return Object.fromEntries(value.members.map((member) => [member.name, plain(member.value)]));
  }
}

it('any JSON is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(undefined, 1, '\t'), (json, space) => {
      const text = JSON.stringify(JSON.parse(json), null, space);
      expect(plain(readJson(text))).toEqual(JSON.parse(text));
    }),
  );
});

it('what JSON.parse refuses is refused, and any text comes to an end', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'{}[]:,"\\1ae\n -.') })),
      (text) => {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        if (isJson) readJson(text);
        else expect(() => readJson(text)).toThrow(JsonError);
      },
    ),
  );
});

it('each value knows where it starts', () => {
  const value = readJson('{ "a": [1, "b"] }');
  expect(value).toMatchObject({
    start: 0,
    members: [{ start: 2, value: { start: 7, items: [{ start: 8 }, { start: 11 }] } }],
  });
});
