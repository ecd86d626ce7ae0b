import { rmSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { parseCondition, parseExpr, parseString } from '../../grammar/expr/index.ts';
import { compileCondition, compileString } from '../../src/expr/compile.ts';
import { ExprError } from '../../src/expr/context.ts';
import { exprChecks } from '../../src/pattern/expr-checks.ts';
import { makeDocroot } from './apache.ts';
import { exampleRequest } from './example-request.ts';
import { conditions, refused, strings } from './examples.ts';

const { root, docroot } = makeDocroot();
afterAll(() => rmSync(root, { recursive: true }));

function here(text: string): string {
  return text.replaceAll('/srv/www', docroot);
}

describe('the worked examples of the specification', () => {
  test.each(conditions)('%s is %s', (expression, holds) => {
    const parsed = parseCondition(here(expression), exprChecks);
    if (!parsed.ok) throw new Error(`${parsed.message} at ${parsed.offset}`);
    expect(compileCondition(parsed.node)(exampleRequest(docroot))).toBe(holds);
  });

  test.each(strings)('%s gives %s', (expression, value) => {
    const parsed = parseString(here(expression), exprChecks);
    if (!parsed.ok) throw new Error(`${parsed.message} at ${parsed.offset}`);
    const evaluate = compileString(parsed.node);
    if (expression === '%{file:/nope}') expect(() => evaluate(exampleRequest(docroot))).toThrow(ExprError);
    else expect(evaluate(exampleRequest(docroot))).toBe(here(value));
  });

  test.each(refused)('%s is refused: %s', (expression, message) => {
    // Written for the one mode, and refused in the other too, but for another reason.
    const isString = /^(?:100%\{|%\{:1 == 1:\})$/.test(expression);
    const parsed = parseExpr(expression, isString ? 'string' : 'boolean', exprChecks);
    if (parsed.ok) throw new Error('accepted');
    const [unexpected, detail] = message.replace(/, expecting .*?(?=: |$)/, '').split(/: (.*)/s);
    expect(parsed.message).toContain(detail ?? unexpected);
    expect(parsed.offset).toBeLessThanOrEqual(expression.length);
  });
});
