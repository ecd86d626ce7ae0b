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
 * The smallest draft found that still shows the mismatch.
 *
 * @param target   the mismatch to keep: the same status lines must still differ in the same way
 * @param mostRuns how many smaller drafts are tried at most; each costs one start of both servers
 */
export async function shrink(draft: Draft, target: Mismatch, world: World, mostRuns = 150): Promise<Draft> {
  const wanted = signature(target);
  const shows = async (candidate: Draft): Promise<boolean> =>
    (await compareServers(candidate, world)).some((mismatch) => signature(mismatch) === wanted);
  let smallest: Draft = {
    ...draft,
    requests: draft.requests.filter((request) => request === target.request),
  };
  if (!(await shows(smallest))) smallest = draft;
  let runs = 0;
  for (let hasShrunk = true; hasShrunk;) {
    hasShrunk = false;
    for (const candidate of smaller(smallest)) {
      runs += 1;
      if (runs > mostRuns) return smallest;
      if (!(await shows(candidate))) continue;
      smallest = candidate;
      hasShrunk = true;
      break;
    }
  }
  return smallest;
}

/** What tells one kind of mismatch from another: its changed status lines, or its first changed line. */
function signature(mismatch: Mismatch): string {
  if (mismatch.request === '(start)') return mismatch.request;
  const changed = mismatch.difference.split('\n').filter((line) => /^[-+]/.test(line));
  const statuses = changed.filter((line) => /^[-+] HTTP\//.test(line));
  return statuses.length > 0 ? statuses.join('\n') : (changed[0] ?? '');
}
