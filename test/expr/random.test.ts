import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseExpr } from '../../grammar/expr/index.ts';
import { compileCondition, compileString } from '../../src/expr/compile.ts';
import { ExprError } from '../../src/expr/context.ts';
import type { ExprContext, ExprVariable } from '../../src/expr/context.ts';
import { exprChecks } from '../../src/pattern/expr-checks.ts';
import { get, hasApache, quoted, startApache } from './apache.ts';
import type { Apache } from './apache.ts';
import { exampleHeaders, exampleRequest } from './example-request.ts';
import { randomCondition, randomString } from './random-expressions.ts';

const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)) });

/** Our value of an expression: what the oracle's header shows of it, or that it was refused. */
function ours(text: string, mode: 'boolean' | 'string', context: ExprContext): string {
  const parsed = parseExpr(text, mode, { ...exprChecks, restricted: 'htaccess' });
  if (!parsed.ok) return 'refused';
  try {
    if (mode === 'boolean') return compileCondition(parsed.node)(context) ? 'holds' : 'fails';
    return `"${inHeader(compileString(parsed.node)(context))}"`;
  } catch (error) {
    expect(error).toBeInstanceOf(ExprError);
    return 'failed';
  }
}

function inHeader(value: string): string {
  return value.replaceAll(/[\n\r]/g, ' ').trim();
}

describe('any text', () => {
  test.each(['boolean', 'string'] as const)('parses as a %s to a node or to an error inside it', (mode) => {
    fc.assert(
      fc.property(fc.oneof(bytes, randomCondition, randomString), (text) => {
        const parsed = parseExpr(text, mode, exprChecks);
        const { start, end } = parsed.ok ? parsed.node : { start: parsed.offset, end: parsed.end };
        expect(start).toBeGreaterThanOrEqual(0);
        expect(start).toBeLessThanOrEqual(end);
        expect(end).toBeLessThanOrEqual(text.length);
        expect(structuredClone(parsed)).toEqual(parsed);
      }),
      { numRuns: 1000 },
    );
  });

  test('evaluates to a value or to an ExprError', () => {
    const context = exampleRequest('/nonexistent');
    fc.assert(
      fc.property(randomCondition, (text) => void ours(text, 'boolean', context)),
      { numRuns: 1000 },
    );
  });
});

describe.runIf(hasApache)('random expressions', () => {
  let apache: Apache;
  let folders = 0;

  beforeAll(async () => {
    apache = await startApache(21120, (docroot) =>
      [
        'SetEnv SETENV_VAR fromsetenv',
        'SetEnvIf X-Foo (.*) SEI=$1',
        `<Directory ${docroot}>`,
        'AllowOverride All',
        '</Directory>',
      ].join('\n'),
    );
  });
  afterAll(() => apache.stop());

  /** What httpd makes of the expression: each goes into a directory of its own, so that a refusal costs one request. */
  async function theirs(text: string, mode: 'boolean' | 'string', name: string): Promise<string> {
    const folder = join(apache.docroot, name);
    mkdirSync(folder);
    writeFileSync(join(folder, 'f.txt'), '');
    const value = quoted(`expr=${text}`);
    writeFileSync(
      join(folder, '.htaccess'),
      `Header set R ${mode === 'boolean' ? `1 ${value}` : value}\n`,
      'latin1',
    );
    // httpd's scanner ends its process over some texts; the parent starts another.
    const answer = await get(apache.port, `/${name}/f.txt?a=b%20c&d=1`, exampleHeaders).catch(
      () => undefined,
    );
    const log = apache.errors();
    if (answer === undefined || /an't parse|annot parse/.test(log)) return 'refused';
    if (/Evaluation of expression .* failed/.test(log)) return 'failed';
    // A value that may not stand in a header.
    if (answer.status === 500) return 'unseen';
    const header = answer.headers['r'];
    if (mode === 'boolean') return header === undefined ? 'fails' : 'holds';
    return `"${inHeader(header ?? '')}"`;
  }

  test.each(['boolean', 'string'] as const)(
    'of a %s are accepted, refused and evaluated as by httpd',
    async (mode) => {
      const usable = (mode === 'boolean' ? randomCondition : randomString).filter(
        (text) => !/\n|\$\{/.test(text),
      );
      for (const text of fc.sample(usable, 80)) {
        const name = `d${folders++}`;
        const expected = await theirs(text, mode, name);
        const variables: Partial<Record<ExprVariable, string>> = {
          REQUEST_URI: `/${name}/f.txt`,
          THE_REQUEST: `GET /${name}/f.txt?a=b%20c&d=1 HTTP/1.1`,
          CONTEXT_PREFIX: '',
        };
        const base = exampleRequest(apache.docroot);
        const context: ExprContext = { ...base, variable: (key) => variables[key] ?? base.variable(key) };
        if (expected !== 'unseen') expect([text, ours(text, mode, context)]).toEqual([text, expected]);
      }
    },
    120_000,
  );
});
