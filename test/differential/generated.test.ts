import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { generateBroadDraft } from '../generator/broad.ts';
import { compareServers } from '../generator/compare.ts';
import { type Draft, printDraft } from '../generator/draft.ts';
import { generateDraft } from '../generator/generate.ts';
import { formatMismatches } from '../harness/differential.ts';
import { isApacheInstalled } from '../harness/servers.ts';
import { type World, openWorld } from '../harness/site.ts';

/** Seeds that are fast, and together use every directive that the generator knows. */
const SEEDS = Array.from({ length: 24 }, (_, index) => index + 1);
/** Broad cases are larger, so they are fewer. */
const BROAD_SEEDS = SEEDS.slice(0, 8);

test('a seed always gives the same case', () => {
  expect(printDraft(generateDraft(7))).toBe(printDraft(generateDraft(7)));
  expect(printDraft(generateDraft(7))).not.toBe(printDraft(generateDraft(8)));
  expect(printDraft(generateBroadDraft(7))).toBe(printDraft(generateBroadDraft(7)));
  expect(printDraft(generateBroadDraft(7))).not.toBe(printDraft(generateBroadDraft(8)));
});

if (isApacheInstalled() || process.env['CI'] === 'true') {
  describe('the gateway and httpd agree on generated cases', () => {
    let world: World;
    beforeAll(async () => {
      world = await openWorld();
    });
    afterAll(() => world.close());

    const compare = async (draft: Draft): Promise<void> => {
      const found = await compareServers(draft, world);
      expect(found.length === 0 ? '' : `${formatMismatches(found)}\n\n${printDraft(draft)}`).toBe('');
    };

    test.each(SEEDS)('seed %i', { timeout: 30_000 }, (seed) => compare(generateDraft(seed)));
    test.each(BROAD_SEEDS)('broad seed %i', { timeout: 60_000 }, (seed) => compare(generateBroadDraft(seed)));
  });
} else console.warn('apache2 is not installed: generated cases are not compared');
