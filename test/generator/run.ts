/**
 * Compares the gateway with httpd on random cases: `npx tsx test/generator/run.ts --seed N --count M [--no-shrink] [--broad]`.
 *
 * With `--broad` the cases are of the kind that `broad.ts` makes. A mismatch is shrunk and printed as the text of a `.case` file, with the difference below it.
 */
import { formatMismatches } from '../harness/differential.ts';
import { openWorld } from '../harness/site.ts';
import { compareServers, shrink } from './compare.ts';
import { printDraft } from './draft.ts';
import { generateBroadDraft } from './broad.ts';
import { generateDraft } from './generate.ts';

function numberOption(name: string, fallback: number): number {
  const at = process.argv.indexOf(name);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

const firstSeed = numberOption('--seed', 1);
const count = numberOption('--count', 20);
const generate = process.argv.includes('--broad') ? generateBroadDraft : generateDraft;
const mayShrink = !process.argv.includes('--no-shrink');
const world = await openWorld();
let failures = 0;
for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
  const draft = generate(seed);
  const found = await compareServers(draft, world);
  if (found.length === 0) continue;
  failures += 1;
  const [first] = found;
  const shown = mayShrink && first !== undefined ? await shrink(draft, first, world) : draft;
  const remaining = mayShrink ? await compareServers(shown, world) : found;
  console.log(`===== seed ${seed}: ${found.length} mismatches\n${printDraft(shown)}`);
  console.log(`${formatMismatches(remaining)}\n`);
}
await world.close();
console.log(`${count} seeds, ${failures} with a mismatch`);
process.exitCode = failures === 0 ? 0 : 1;
