/**
 * Compares the gateway with httpd's recorded answers: `npx tsx scripts/differential.ts [pattern] [--groups]`.
 *
 * Prints each mismatch as a difference; with `--groups` the mismatches that differ in the same lines are shown once,
 * the most frequent first, so that one cause is read once.
 */
import {
  type Mismatch,
  compareAnswers,
  formatMismatches,
  listTopics,
  loadTopic,
  readRecorded,
  runCase,
} from '../test/harness/differential.ts';
import { openWorld } from '../test/harness/site.ts';

const args = process.argv.slice(2);
const pattern = args.find((arg) => !arg.startsWith('--')) ?? '';
const mismatches: Mismatch[] = [];
const world = await openWorld();
let cases = 0;
let answers = 0;
for (const subject of listTopics().flatMap(loadTopic)) {
  const recorded = readRecorded(subject);
  if (!subject.id.includes(pattern) || recorded === undefined) continue;
  cases += 1;
  answers += recorded.size;
  try {
    mismatches.push(...compareAnswers(subject, recorded, await runCase(subject, 'gateway', world), true));
  } catch (error) {
    const difference = error instanceof Error ? error.message : String(error);
    mismatches.push({ caseId: subject.id, request: '(start)', difference });
  }
}
await world.close();
console.log(args.includes('--groups') ? formatGroups(mismatches) : formatMismatches(mismatches));
console.log(`\n${cases} cases, ${answers} comparisons, ${mismatches.length} mismatches`);
process.exitCode = mismatches.length === 0 ? 0 : 1;

function formatGroups(all: readonly Mismatch[]): string {
  const groups = new Map<string, Mismatch[]>();
  for (const mismatch of all) {
    const changed = mismatch.difference
      .split('\n')
      .filter((line) => /^[-+]/.test(line))
      .join('\n');
    const key = changed === '' ? mismatch.difference : changed;
    groups.set(key, [...(groups.get(key) ?? []), mismatch]);
  }
  return [...groups]
    .sort((left, right) => right[1].length - left[1].length)
    .map(([changed, members]) => {
      const names = members.slice(0, 5).map(({ caseId, request }) => `  ${caseId}: ${request.slice(0, 120)}`);
      const more = members.length > 5 ? [`  and ${members.length - 5} more`] : [];
      return [`${members.length} x`, ...names, ...more, changed.replace(/^/gm, '    ')].join('\n');
    })
    .join('\n\n');
}
