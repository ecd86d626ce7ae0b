import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareWithBaseline, readBaseline, renderBaseline } from '../../src/lint/baseline.ts';
import { lint } from '../../src/lint/lint.ts';
import { fixFiles } from '../../src/lint/fix-files.ts';
import { optionValues } from '../../src/lint/options.ts';
import { RULES } from '../../src/lint/rules/index.ts';
import { results, task } from './tasks.ts';
import { FORMATS } from '../../src/lint/output/index.ts';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array).toString('latin1'));

/** Lines that rules look at, whole and broken, in any order. */
const line = fc.constantFrom(
  ...RULES.flatMap((rule) => [...rule.page.bad, ...rule.page.good].flatMap(({ text }) => text.split('\n'))),
  '<VirtualHost *:80>',
  '</VirtualHost>',
  '<Proxy "balancer://c">',
  '</Proxy>',
  'BalancerMember "fcgi://h:1" route=a',
  '# lint-disable',
  'ProxyPass',
  'SetHandler "proxy:"',
  '${UNDEFINED}',
);
const config = fc
  .array(
    fc.oneof(
      { weight: 9, arbitrary: line },
      bytes.map((text) => text.replace(/[\r\n]/g, '')),
    ),
    { maxLength: 24 },
  )
  .chain((lines) => fc.constantFrom('\n', '\r\n').map((feed) => lines.map((text) => text + feed).join('')));

describe('lint', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hgw-baseline-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('comes to an end on any bytes, in every format', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom('/conf/a.conf', '/conf/.htaccess'), async (text, path) => {
        const all = await results(task(path, text));
        for (const format of Object.values(FORMATS)) expect(typeof format(all)).toBe('string');
      }),
      { numRuns: 150 },
    );
  });

  it('comes to an end on any lines, and every finding and edit lies in its file', () => {
    fc.assert(
      fc.property(config, (text) => {
        const outcome = lint({
          load: { rootPath: '/conf/a.conf', text, env: new Map() },
          kind: 'auto',
          rules: RULES.map((rule) => ({ rule, severity: undefined, options: optionValues(rule.options) })),
          information: {
            target: [2, 4, 71],
            root: undefined,
            pools: undefined,
            php: undefined,
            modules: undefined,
          },
        });
        for (const { span, related = [], fix } of outcome.diagnostics) {
          for (const one of [
            span,
            ...related.map((place) => place.span),
            ...(fix?.edits ?? []).map((edit) => edit.span),
          ]) {
            const file = outcome.sources.files[one.file]!;
            expect(one.start).toBeGreaterThanOrEqual(0);
            expect(one.end).toBeGreaterThanOrEqual(one.start);
            expect(one.end).toBeLessThanOrEqual(file.text.length);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('finds nothing new behind a baseline, wherever the lines move', async () => {
    const looked = { isKnown: () => true, isInForce: () => true };
    await fc.assert(
      fc.asyncProperty(config, fc.nat(4), async (text, moved) => {
        const before = (await results(task('/conf/a.conf', text))).findings;
        const after = (await results(task('/conf/a.conf', '\n'.repeat(moved) + text))).findings;
        const path = join(folder, 'known.json');
        writeFileSync(path, renderBaseline(path, undefined, before, '/conf', looked));
        const { fresh, stale } = compareWithBaseline(readBaseline(path)!, after, '/conf', looked);
        expect({ fresh, stale }).toEqual({ fresh: [], stale: [] });
      }),
      { numRuns: 100 },
    );
  });

  it('has nothing left to fix after fixing', () => {
    fc.assert(
      fc.property(config, fc.boolean(), (text, all) => {
        const kinds = new Set(all ? (['safe', 'review'] as const) : (['safe'] as const));
        const [fixed] = fixFiles([task('/conf/a.conf', text)], kinds).files;
        if (fixed === undefined) return;
        expect(fixFiles([task('/conf/a.conf', fixed.after)], kinds).files).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
