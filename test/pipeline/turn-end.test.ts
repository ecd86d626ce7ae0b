import { describe, expect, test } from 'vitest';
import { atTurnEnd } from '../../src/pipeline/turn-end.ts';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the end of a turn', () => {
  test('does like with like, in order, and what is put off meanwhile before the next turn', async () => {
    const done: string[] = [];
    const note = (what: string) => (): void => void done.push(what);
    const serve = (name: string) => (): void => {
      note(`serve ${name}`)();
      atTurnEnd('connect', note(`connect ${name}`));
    };
    atTurnEnd('flush', note('flush'));
    atTurnEnd('serve', serve('a'));
    atTurnEnd('close', () => atTurnEnd('serve', serve('c')));
    atTurnEnd('serve', serve('b'));
    expect(done).toEqual([]);
    await nextTurn();
    expect(done).toEqual(['serve a', 'serve b', 'serve c', 'connect a', 'connect b', 'connect c', 'flush']);
    atTurnEnd('send', note('later'));
    await nextTurn();
    expect(done.at(-1)).toBe('later');
  });

  test('a fault keeps nobody else waiting', async () => {
    const done: string[] = [];
    const faults: unknown[] = [];
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (fault) => faults.push(fault));
    try {
      atTurnEnd('serve', () => {
        throw new Error('a fault');
      });
      atTurnEnd('serve', () => done.push('next'));
      atTurnEnd('flush', () => done.push('last'));
      for (let turn = 0; turn < 10 && done.length < 2; turn++) await nextTurn();
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of listeners) process.on('uncaughtException', listener);
    }
    expect(faults).toEqual([new Error('a fault')]);
    expect(done).toEqual(['next', 'last']);
  });
});
