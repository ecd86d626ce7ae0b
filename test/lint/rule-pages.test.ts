import { expect, it } from 'vitest';
import { staleFiles } from '../../scripts/rule-pages.ts';

it('each rule has a current page, no page is left over, and the schema is current (npx tsx scripts/rule-pages.ts)', () => {
  expect(staleFiles()).toEqual([]);
});
