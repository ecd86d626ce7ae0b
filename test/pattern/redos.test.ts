import { afterAll, describe, expect, test } from 'vitest';
import { mustCompilePcre } from '../../src/pattern/pcre.ts';
import { tryPattern } from '../../src/pattern/redos.ts';
import { PatternTrials } from '../../src/workers/pattern-trial.ts';

describe('a trial', () => {
  test.each(['^/re/((a+)+)$', '^/(.*)/(.*)/(.*)\\.html$', '(\\w+\\s?)+:', '(a|aa)+$', '(.*)*x'])(
    'finds a subject that %s gives up on',
    (source) => {
      const { verdict, attack } = tryPattern(source, false);
      expect(verdict).toBe('dangerous');
      expect(attack?.gaveUp).toBe(true);
      const subject = attack!.prefix + attack!.pump.repeat(attack!.repeats) + attack!.suffix;
      expect(subject.length).toBeLessThanOrEqual(8190);
      expect(mustCompilePcre(source).exec(subject)).toBeNull();
    },
  );

  test.each([
    '^/app/(\\d+)/(\\w+)$',
    '^(/[^/]+)+$',
    '\\.(?:jpe?g|png)$',
    '^(.*)\\.php(/.*)?$',
    '(?:(?:a*)b)*c',
  ])('clears %s', (source) => {
    expect(tryPattern(source, false)).toEqual({ verdict: 'safe' });
  });
});

describe('the worker', () => {
  const trials = new PatternTrials();
  afterAll(() => trials.close());

  test('tries a pattern beside the loop that asks', async () => {
    await expect(trials.run({ source: '(A+)+$', caseless: true })).resolves.toMatchObject({
      verdict: 'dangerous',
    });
    await expect(trials.run({ source: '^/a', caseless: false })).resolves.toEqual({ verdict: 'safe' });
  });

  test('counts a trial that takes too long as dangerous', async () => {
    const hasty = new PatternTrials(1);
    await expect(hasty.run({ source: '^(a|b|ab)*(a|b|ab)*$', caseless: false })).resolves.toEqual({
      verdict: 'dangerous',
    });
    await hasty.close();
  });
});
