import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bindConfig } from '../../../src/bind/bind.ts';
import { load } from '../../../src/load/load.ts';

/** As much of a message as is httpd's own; what follows may be the words of a parser. */
const MESSAGE_START = 28;

const directory = mkdtempSync(join(tmpdir(), 'lines-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const records = readFileSync(join(import.meta.dirname, 'lines.txt'), 'latin1')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const cases: [line: string, verdict: string][] = [];
for (let i = 0; i + 1 < records.length; i += 2)
  cases.push([records[i]!, records[i + 1]!.replace('  => ', '')]);

/** `OK`, or the first error. */
function verdictOf(line: string): string {
  const rootPath = join(directory, 'check.conf');
  writeFileSync(rootPath, `${line.replaceAll('\\n', '\n')}\n`, 'latin1');
  const { diagnostics } = bindConfig(load({ rootPath, serverRoot: directory }), { mayTouchDisk: true });
  return diagnostics.find(({ severity }) => severity === 'error')?.message ?? 'OK';
}

test('there are lines of every checked module', () => expect(cases.length).toBeGreaterThan(500));

test.each(cases)('%s', (line, verdict) => {
  expect(verdictOf(line).slice(0, MESSAGE_START).trimEnd()).toBe(verdict.slice(0, MESSAGE_START).trimEnd());
});
