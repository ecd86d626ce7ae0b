import { mkdtempSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LogFile, type LogTrouble } from '../../../src/server/log/log-file.ts';
import { LogOutputs, ownLogs } from '../../../src/server/log/outputs.ts';
import { PipedLog, splitCommand } from '../../../src/server/log/piped-log.ts';
import { until } from '../../cli/gateway.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'hgw-log-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const noTrouble = (trouble: LogTrouble): void => {
  throw new Error(trouble.reason);
};

describe('a log file', () => {
  test('keeps bytes as they are, in order', async () => {
    const path = join(folder, 'a.log');
    const log = new LogFile('a', openSync(path, 'a'), noTrouble);
    for (let i = 0; i < 3000; i++) log.write(`line ${i} \xe9\xff\n`);
    await log.close();
    const lines = readFileSync(path, 'latin1').split('\n');
    expect(lines).toHaveLength(3001);
    expect(lines[2999]).toBe('line 2999 \xe9\xff');
  });

  test('lines gathered for a turn of the loop wait for no timer', async () => {
    const path = join(folder, 'a.log');
    const log = new LogFile('a', openSync(path, 'a'), noTrouble, 'turn');
    const timers = vi.spyOn(globalThis, 'setTimeout');
    log.write('one\n');
    log.write('two\n');
    expect(timers).not.toHaveBeenCalled();
    timers.mockRestore();
    await until('two lines are written', () => readFileSync(path, 'latin1') === 'one\ntwo\n');
    log.write('three\n');
    await until('the third is written', () => readFileSync(path, 'latin1') === 'one\ntwo\nthree\n');
    await log.close();
  });

  test('after a rotation, old lines are in the old file and new ones in the new', async () => {
    const path = join(folder, 'a.log');
    const outputs = new LogOutputs(ownLogs, (message) => {
      throw new Error(message);
    });
    const output = outputs.open({ kind: 'file', path });
    output.write('before\n');
    renameSync(path, `${path}.1`);
    outputs.reopen();
    output.write('after\n');
    await outputs.close();
    expect(readFileSync(`${path}.1`, 'latin1')).toBe('before\n');
    expect(readFileSync(path, 'latin1')).toBe('after\n');
  });

  test('a full disk is told of, costs lines only, and does not keep the process', async () => {
    const troubles: LogTrouble[] = [];
    const log = new LogFile('full', openSync('/dev/full', 'a'), (trouble) => troubles.push(trouble));
    log.write('x\n');
    await until('a report', () => troubles.length > 0);
    expect(troubles[0]!.reason).toContain('ENOSPC');
    for (let i = 0; i < 700; i++) log.write(`${'y'.repeat(10_000)}\n`);
    await until('a count of what was lost', () => {
      log.write('z\n');
      return troubles.some((trouble) => trouble.lost > 0);
    });
    await log.close();
  });

  test('one target named twice is open once', async () => {
    const outputs = new LogOutputs(ownLogs, () => {});
    const target = { kind: 'file', path: join(folder, 'a.log') } as const;
    expect(outputs.open(target)).toBe(outputs.open({ ...target }));
    await outputs.close();
  });

  test('a file that cannot be opened is an error with its path', () => {
    const outputs = new LogOutputs(ownLogs, () => {});
    expect(() => outputs.open({ kind: 'file', path: join(folder, 'no/where') })).toThrow(/ENOENT.*no\/where/);
  });
});

describe('a piped log', () => {
  test('gives its lines to the program, which is started again when it ends', async () => {
    const path = join(folder, 'a.log');
    const troubles: LogTrouble[] = [];
    const log = new PipedLog(`read line; echo "got $line" >> ${path}`, true, (trouble) =>
      troubles.push(trouble),
    );
    log.write('one\n');
    await until('the first line', () => troubles.length === 1);
    expect(troubles[0]!.reason).toBe('ended with status 0');
    log.write('two\n');
    await until('the second line', () => readFileSync(path, 'latin1') === 'got one\ngot two\n');
    await log.close();
  });

  test('a program that is not there is told of, and nothing is thrown', async () => {
    const troubles: LogTrouble[] = [];
    const log = new PipedLog(join(folder, 'nothing'), false, (trouble) => troubles.push(trouble));
    log.write('lost\n');
    await until('a report', () => troubles.length > 0);
    expect(troubles[0]!.reason).toContain('ENOENT');
    await log.close();
  });

  test.each([
    ['/bin/a  b', ['/bin/a', 'b']],
    [`a "b c" 'd "e"' f\\ g`, ['a', 'b c', 'd "e"', 'f g']],
    [`a ""`, ['a', '']],
    ['', []],
  ])('words of %j', (command, words) => {
    expect(splitCommand(command)).toEqual(words);
  });
});
