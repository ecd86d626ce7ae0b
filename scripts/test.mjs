/**
 * The test command: peers, build, types, lint, import walls, tests. Prints what was skipped, loudly; with CI=true a
 * skipped test is a failure. The last line is `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const isCi = process.env.CI === 'true';

/** Servers that the tests talk to: the folder and name of a program, and the Debian package that brings it. */
const PEERS = [
  { folder: '/usr/sbin', program: /^apache2$/, packageName: 'apache2' },
  { folder: '/usr/sbin', program: /^nginx$/, packageName: 'nginx' },
  { folder: '/usr/bin', program: /^pcre2test$/, packageName: 'pcre2-utils' },
  { folder: '/usr/bin', program: /^wrk$/, packageName: 'wrk' },
  { folder: '/usr/sbin', program: /^php-fpm/, packageName: 'php-fpm' },
];

function isPresent({ folder, program }) {
  return existsSync(folder) && readdirSync(folder).some((name) => program.test(name));
}

function run(command, args, options = {}) {
  return spawnSync(command, args, { stdio: 'inherit', ...options });
}

/** Installs the peers that are missing, where that can be done: as root, on a system with apt. */
function installPeers() {
  const missing = PEERS.filter((peer) => !isPresent(peer));
  if (missing.length === 0) return;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const quiet = { stdio: 'ignore', env: environment, timeout: 600_000 };
    spawnSync('apt-get', ['-qq', 'update'], quiet);
    for (const { packageName } of missing) {
      const args = ['-qq', '-y', '--no-install-recommends', 'install', packageName];
      // In this runlevel a package does not start its service.
      spawnSync('apt-get', args, { ...quiet, env: { ...environment, RUNLEVEL: '1' } });
    }
  }
  const absent = PEERS.filter((peer) => !isPresent(peer)).map((peer) => peer.packageName);
  if (absent.length > 0)
    console.error(`\nNOT INSTALLED: ${absent.join(', ')}. Tests that need them are skipped.\n`);
}

const steps = [
  ['build', 'node', ['scripts/build.mjs']],
  ['types', 'npx', ['tsc', '--noEmit']],
  ['eslint', 'npx', ['eslint', '.']],
  ['prettier', 'npx', ['prettier', '--check', '--log-level', 'warn', '.']],
  ['import walls', 'node', ['scripts/check-walls.mjs']],
];

installPeers();
const failedSteps = [];
for (const [name, command, args] of steps) {
  const { status } = run(command, args);
  console.log(`${name}: ${status === 0 ? 'ok' : 'FAILED'}`);
  if (status !== 0) failedSteps.push(name);
}

const scratch = mkdtempSync(join(tmpdir(), 'httpd-gateway-test-'));
const report = join(scratch, 'report.json');
const vitest = run('npx', [
  ...['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  ...process.argv.slice(2),
]);

let passed = 0;
let failed = failedSteps.length;
let skipped = [];
try {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  passed = result.numPassedTests;
  failed += result.numFailedTests;
  const tests = result.testResults.flatMap((file) =>
    file.assertionResults.map((test) => ({ file: file.name, ...test })),
  );
  skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');
  // A file that could not be loaded has no tests to count.
  failed += result.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
} catch (error) {
  console.error(`the test runner left no report: ${error.message}`);
  failed += 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
if (vitest.status !== 0 && failed === 0) failed = 1;

if (skipped.length > 0) {
  console.error(`\n!!! ${skipped.length} TESTS WERE SKIPPED, because a peer is missing:`);
  for (const test of skipped) console.error(`!!!   ${test.file}: ${test.fullName}`);
  if (isCi) {
    console.error('!!! With CI=true that is a failure.');
    failed += skipped.length;
  }
}
for (const name of failedSteps) console.error(`FAILED: ${name}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
