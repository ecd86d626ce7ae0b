import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { caseFragments, debianFragments, systematicFragments } from './fragments.ts';
import { VerdictBench, type Verdict } from './verdict.ts';

const bench = new VerdictBench();

beforeAll(() => {
  // what Debian's envvars sets
  vi.stubEnv('APACHE_LOG_DIR', bench.directory);
  vi.stubEnv('APACHE_RUN_DIR', bench.directory);
});

afterAll(() => {
  vi.unstubAllEnvs();
  bench.close();
});

/** Where the gateway is meant to say something else than httpd. */
const DIFFERENCES: ReadonlyMap<string, string> = new Map([
  ['ProxyRequests On', 'the gateway is no forward proxy'],
  ['BalancerMember fcgi://a fcgi://b', 'a balancer of another scheme is never asked'],
  ['ProxySourceAddress nosuch.invalid.name', 'no name is looked up while checking'],
  ['<Directory /tmp>\nSSLRequire a b\n</Directory>', 'the conditions of SSLRequire are not read'],
  ['CustomLog logs/x combined', 'the folders of logs are looked for at the start'],
]);

/** One of the places that the gateway names is the one where httpd stops; 0: httpd names none. */
function agree(theirs: Verdict, ours: Verdict): boolean {
  if (theirs.accepted || ours.accepted) return theirs.accepted === ours.accepted;
  const [line = 0] = theirs.lines;
  return line === 0 || ours.lines.includes(line);
}

function expectAgreement(fragment: string): void {
  const theirs = bench.apache(fragment);
  const ours = bench.ours(fragment);
  expect(agree(theirs, ours), JSON.stringify({ theirs, ours }, undefined, 1)).toBe(true);
}

describe('apache2 -t and the gateway agree about', () => {
  it.each(systematicFragments().map((fragment) => [JSON.stringify(fragment), fragment] as const))(
    '%s',
    (_name, fragment) => {
      expectAgreement(fragment);
    },
  );

  it.each([...caseFragments(bench.docroot)])('the case %s', (_name, fragment) => {
    expectAgreement(fragment);
  });

  it.each([...debianFragments()])("Debian's %s", (_name, fragment) => {
    expectAgreement(fragment);
  });
});

describe('they differ where they are meant to', () => {
  it.each([...DIFFERENCES])('%j: %s', (fragment) => {
    expect(agree(bench.apache(fragment), bench.ours(fragment))).toBe(false);
  });
});
