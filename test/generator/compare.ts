import { type Mismatch, compareAnswers, runCase } from '../harness/differential.ts';
import { ServerRefusedError } from '../harness/servers.ts';
import type { World } from '../harness/site.ts';
import { type Draft, smaller, toCase } from './draft.ts';

/** Where the gateway answers a generated case in another way than the httpd that is installed. */
export async function compareServers(draft: Draft, world: World): Promise<readonly Mismatch[]> {
  const subject = toCase(draft);
  const [httpd, gateway] = [await attempt(draft, 'httpd', world), await attempt(draft, 'gateway', world)];
  if (typeof httpd === 'string' || typeof gateway === 'string') {
    if (typeof httpd === typeof gateway) return [];
    const difference = `httpd: ${typeof httpd === 'string' ? httpd : 'started'}\ngateway: ${typeof gateway === 'string' ? gateway : 'started'}`;
    return [{ caseId: subject.id, request: '(start)', difference }];
  }
  // A request that ends httpd itself (some internal redirects recurse until it crashes) has no right answer.
  if ([...httpd.values()].some((answer) => answer.length === 1)) return [];
  return compareAnswers(subject, httpd, gateway, true);
}

async function attempt(draft: Draft, kind: 'httpd' | 'gateway', world: World) {
  try {
    return await runCase(toCase(draft), kind, world);
  } catch (error) {
    if (error instanceof ServerRefusedError) return error.output;
    throw error;
  }
}

/**
 * The smallest draft found that still shows a mismatch.
 *
 * @param mostRuns how many smaller drafts are tried at most; each costs one start of both servers
 */
export async function shrink(
  draft: Draft,
  mismatches: readonly Mismatch[],
  world: World,
  mostRuns = 150,
): Promise<Draft> {
  const first = mismatches[0]?.request;
  let smallest: Draft = { ...draft, requests: draft.requests.filter((request) => request === first) };
  if (smallest.requests.length === 0) smallest = draft;
  let runs = 0;
  if ((await compareServers(smallest, world)).length === 0) return draft;
  for (let hasShrunk = true; hasShrunk;) {
    hasShrunk = false;
    for (const candidate of smaller(smallest)) {
      runs += 1;
      if (runs > mostRuns) return smallest;
      const found = await compareServers(candidate, world);
      const isSameKind = found.length > 0 && (found[0]?.request === '(start)') === (first === '(start)');
      if (!isSameKind) continue;
      smallest = candidate;
      hasShrunk = true;
      break;
    }
  }
  return smallest;
}
