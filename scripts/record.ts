/**
 * Records what the installed httpd answers to the differential cases: `npx tsx scripts/record.ts [pattern] [--check]`.
 *
 * Each case runs twice; a case whose two runs differ is named and not written. `--check` compares with what is
 * recorded and writes nothing.
 */
import {
  compareAnswers,
  formatMismatches,
  listTopics,
  loadTopic,
  readRecorded,
  runCase,
  writeRecorded,
} from '../test/harness/differential.ts';
import { openWorld } from '../test/harness/site.ts';

const args = process.argv.slice(2);
const onlyChecks = args.includes('--check');
const pattern = args.find((arg) => !arg.startsWith('--')) ?? '';
const world = await openWorld();
let requests = 0;
let cases = 0;
let failures = 0;
for (const topic of listTopics()) {
  for (const subject of loadTopic(topic)) {
    if (!subject.id.includes(pattern)) continue;
    try {
      const first = await runCase(subject, 'httpd', world);
      const again = onlyChecks ? readRecorded(subject) : await runCase(subject, 'httpd', world);
      const unsteady = again === undefined ? [] : compareAnswers(subject, first, again, false);
      cases += 1;
      requests += first.size;
      if (unsteady.length > 0) {
        failures += 1;
        console.error(formatMismatches(unsteady));
      } else if (!onlyChecks) writeRecorded(subject, first);
    } catch (error) {
      failures += 1;
      console.error(`${subject.id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
await world.close();
console.log(`${cases} cases, ${requests} requests, ${failures} failures`);
process.exitCode = failures === 0 ? 0 : 1;
