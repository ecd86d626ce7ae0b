/** A JSON value that knows where it starts; offsets are UTF-16 units. */
export type JsonValue = JsonObject | JsonArray | JsonScalar;

export interface JsonObject {
  readonly kind: 'object';
  readonly members: readonly JsonMember[];
  readonly start: number;
}

export interface JsonMember {
  readonly name: string;
  readonly start: number;
  readonly value: JsonValue;
}

export interface JsonArray {
  readonly kind: 'array';
  readonly items: readonly JsonValue[];
  readonly start: number;
}

export interface JsonScalar {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly start: number;
}

/** A text that is no JSON, with the place where it stops being it. */
export class JsonError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'JsonError';
    this.offset = offset;
  }
}

interface Token {
  /** A mark such as `{`, `scalar`, or `end`. */
  readonly kind: string;
  readonly value: JsonScalar['value'];
  readonly start: number;
}

const SPACE = /[ \t\r\n\ufeff]*/y;
const TOKEN =
  /([{}[\]:,])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)/y;
const MAX_DEPTH = 64;

/**
 * The value that a JSON text (RFC 8259) holds, with the places of all its parts, which `JSON.parse` does not tell.
 * Throws `JsonError`; a name that stands twice in one object is an error too.
 */
export function readJson(text: string): JsonValue {
  let at = 0;
  const next = (): Token => {
    SPACE.lastIndex = at;
    at += SPACE.exec(text)![0].length;
    if (at === text.length) return { kind: 'end', value: null, start: at };
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (!found) throw new JsonError('a value, a name or a mark is misspelt here', at);
    const start = at;
    at += found[0].length;
    return found[1] === undefined
      ? { kind: 'scalar', value: JSON.parse(found[0]) as JsonScalar['value'], start }
      : { kind: found[1], value: null, start };
  };
  let token = next();
  const advance = (): Token => {
    const current = token;
    token = next();
    return current;
  };
  const take = (kind: string): Token => {
    if (token.kind !== kind) throw new JsonError(`'${kind}' is expected here`, token.start);
    return advance();
  };
  const takeList = (close: string, takeItem: () => void): void => {
    if (token.kind !== close) {
      takeItem();
      while (token.kind === ',') {
        advance();
        takeItem();
      }
    }
    take(close);
  };
  const takeValue = (depth: number): JsonValue => {
    if (depth > MAX_DEPTH) throw new JsonError('the value is nested too deeply', token.start);
    const { kind, value, start } = token;
    if (kind === '{') {
      advance();
      const members: JsonMember[] = [];
      takeList('}', () => {
        const name = token;
        if (typeof name.value !== 'string')
          throw new JsonError('a name in quotes is expected here', name.start);
        advance();
        if (members.some((member) => member.name === name.value))
          throw new JsonError(`"${name.value}" stands here twice`, name.start);
        take(':');
        members.push({ name: name.value, start: name.start, value: takeValue(depth + 1) });
      });
      return { kind: 'object', members, start };
    }
    if (kind === '[') {
      advance();
      const items: JsonValue[] = [];
      takeList(']', () => items.push(takeValue(depth + 1)));
      return { kind: 'array', items, start };
    }
    if (kind !== 'scalar') throw new JsonError('a value is expected here', start);
    advance();
    return { kind: 'scalar', value, start };
  };
  const value = takeValue(0);
  if (token.kind !== 'end') throw new JsonError('nothing may stand behind the value', token.start);
  return value;
}

export function textOf(value: JsonValue): string | undefined {
  return value.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}

export function textsOf(value: JsonValue): string[] | undefined {
  if (value.kind !== 'array') return undefined;
  const texts = value.items.flatMap((item) => textOf(item) ?? []);
  return texts.length === value.items.length ? texts : undefined;
}
