import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { type Answer, describeExchange, diffAnswers, statusesOf } from './answers.ts';
import { type CaseRequest, type DifferentialCase, type Segment, readCaseFile } from './case-file.ts';
import { exchange } from './client.ts';
import { type ServerKind, ServerRefusedError, startServer } from './servers.ts';
import { type Site, type World, createSite } from './site.ts';

export const CASES_DIRECTORY = join(import.meta.dirname, '../cases');

/** What a server did with a case: it refused the config, or it answered each request. */
export type CaseAnswers =
  | { readonly kind: 'refused' }
  | { readonly kind: 'answered'; readonly answers: ReadonlyMap<string, Answer> };

/** Topics that have cases, each a folder. */
export function listTopics(): readonly string[] {
  return readdirSync(CASES_DIRECTORY, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && listCaseFiles(entry.name).length > 0)
    .map((entry) => entry.name)
    .sort();
}

export function loadTopic(topic: string): readonly DifferentialCase[] {
  return listCaseFiles(topic).map((file) =>
    readCaseFile(join(CASES_DIRECTORY, topic, file), `${topic}/${basename(file, '.case')}`),
  );
}

function listCaseFiles(topic: string): readonly string[] {
  return readdirSync(join(CASES_DIRECTORY, topic))
    .filter((name) => name.endsWith('.case'))
    .sort();
}

/**
 * What one server answers to all requests of a case, in order, each on a connection of its own.
 *
 * @throws ServerRefusedError when it does not start although the case expects it to
 */
export async function runCase(subject: DifferentialCase, kind: ServerKind, world: World): Promise<CaseAnswers> {
  const site = createSite(subject, world);
  try {
    return await runOnSite(subject, kind, world, site);
  } finally {
    site.remove();
  }
}

async function runOnSite(
  subject: DifferentialCase,
  kind: ServerKind,
  world: World,
  site: Site,
): Promise<CaseAnswers> {
  for (const { responder } of world.responders) responder.reset();
  let server;
  try {
    server = await startServer(kind, site.configFile, world.port, site.errorLog);
  } catch (error) {
    if (subject.refuses && error instanceof ServerRefusedError) return { kind: 'refused' };
    throw error;
  }
  const answers = new Map<string, Answer>();
  try {
    for (const request of subject.requests) {
      const seen = await exchange(world.port, fillSegments(request.segments, site), request.methods);
      answers.set(request.name, describeExchange(seen, request, site.blank));
      if (!server.isAlive()) break;
    }
  } finally {
    await server.stop();
  }
  return { kind: 'answered', answers };
}

function fillSegments(segments: readonly Segment[], site: Site): readonly Segment[] {
  return segments.map((segment) =>
    segment.kind === 'bytes' && segment.bytes.includes('@') ? { kind: 'bytes', bytes: site.fill(segment.bytes) } : segment,
  );
}

/** One request whose answer is not what was expected. */
export interface Mismatch {
  readonly caseId: string;
  readonly request: string;
  readonly difference: string;
}

/**
 * Where a server's answers are not the expected ones.
 *
 * @param allowDocumented takes the answers that `@differs` documents in place of httpd's
 */
export function compareAnswers(
  subject: DifferentialCase,
  expected: CaseAnswers,
  actual: CaseAnswers,
  allowDocumented: boolean,
): readonly Mismatch[] {
  if (expected.kind === 'refused' || actual.kind === 'refused') {
    if (expected.kind === actual.kind) return [];
    const difference = `expected: ${expected.kind}\nactual:   ${actual.kind}`;
    return [{ caseId: subject.id, request: '(start)', difference }];
  }
  return subject.requests.flatMap((request) => {
    const wanted = expected.answers.get(request.name) ?? ['<not recorded>'];
    const got = actual.answers.get(request.name) ?? ['<the server had ended>'];
    const difference = allowDocumented && request.differs ? checkDocumented(request, got) : diffAnswers(wanted, got);
    return difference === undefined ? [] : [{ caseId: subject.id, request: request.name, difference }];
  });
}

function checkDocumented(request: CaseRequest, got: Answer): string | undefined {
  const wanted = request.differs?.statuses ?? [];
  const statuses = statusesOf(got);
  const last = statuses.at(-1) ?? 0;
  const isAsDocumented = wanted.includes(last) && (statuses.length <= request.methods.length || last === 0);
  if (isAsDocumented) return undefined;
  return `documented: ${wanted.join(' or ')} (${request.differs?.reason ?? ''})\n${got.map((line) => `+ ${line}`).join('\n')}`;
}

export function formatMismatches(mismatches: readonly Mismatch[]): string {
  return mismatches
    .map(({ caseId, request, difference }) => `${caseId}: ${request}\n${difference.replace(/^/gm, '    ')}`)
    .join('\n\n');
}

function answersPath(subject: DifferentialCase): string {
  return subject.path.replace(/\.case$/, '.answers.json');
}

/** httpd's recorded answers, or undefined when the case was never recorded. */
export function readRecorded(subject: DifferentialCase): CaseAnswers | undefined {
  const path = answersPath(subject);
  if (!existsSync(path)) return undefined;
  const recorded = JSON.parse(readFileSync(path, 'utf8')) as { refused?: true; answers?: Record<string, Answer> };
  if (recorded.refused === true) return { kind: 'refused' };
  return { kind: 'answered', answers: new Map(Object.entries(recorded.answers ?? {})) };
}

/** Writes httpd's answers beside the case, one line for each request. */
export function writeRecorded(subject: DifferentialCase, seen: CaseAnswers): void {
  if (seen.kind === 'refused') {
    writeFileSync(answersPath(subject), '{ "refused": true }\n');
    return;
  }
  const rows = [...seen.answers].map(([name, answer]) => `    ${JSON.stringify(name)}: ${JSON.stringify(answer)}`);
  writeFileSync(answersPath(subject), `{\n  "answers": {\n${rows.join(',\n')}\n  }\n}\n`);
}
