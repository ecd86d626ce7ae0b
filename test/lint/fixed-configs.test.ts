import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VerdictBench } from '../bind/verdict.ts';
import { RULES } from '../../src/lint/rules/index.ts';
import { casesOf } from './rule-cases.ts';

/** The files that fixes leave behind, for every rule that has fixes. */
const FIXED = RULES.flatMap((rule) =>
  casesOf(rule, 'fix').map(({ file }) => {
    const golden = file.replace(/\.conf$/, '.fixed');
    return [golden.replace(/^.*\/lint\//, ''), golden] as const;
  }),
);

describe.runIf(existsSync('/usr/sbin/apache2'))('apache2 -t takes what is fixed', () => {
  let bench: VerdictBench;
  beforeAll(() => {
    bench = new VerdictBench();
  });
  afterAll(() => bench.close());

  it.each(FIXED)('%s', (_name, golden) => {
    expect(bench.apache(readFileSync(golden, 'latin1'))).toEqual({ accepted: true });
  });
});
