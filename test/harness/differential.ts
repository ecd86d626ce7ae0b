import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { type Answer, describeExchange, diffAnswers, statusesOf } from './answers.ts';
import {
  type CaseRequest,
  type DifferentialCase,
  type Segment,
  type StartTrial,
  readCaseFile,
} from './case-file.ts';
import { exchange, PROBE } from './client.ts';
import { type ServerKind, ServerRefusedError, startServer } from './servers.ts';
import { type Site, type World, createSite } from './site.ts';

export const CASES_DIRECTORY = join(import.meta.dirname, '../cases');

/** The request line of the harness's own requests, which are logged as well. */
const PROBE_LINE = PROBE.trim();

/** What a server did with a case, by the name of the request or of the start that was tried. */
export type CaseAnswers = ReadonlyMap<string, Answer>;

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
export async function runCase(
  subject: DifferentialCase,
  kind: ServerKind,
  world: World,
): Promise<CaseAnswers> {
  const answers = new Map<string, Answer>();
  for (const trial of subject.starts) {
    answers.set(trialName(trial), await tryStart({ ...subject, conf: trial.conf }, kind, world));
  }
  if (subject.requests.length > 0) await answerRequests(subject, kind, world, answers);
  return answers;
}

function trialName(trial: StartTrial): string {
  return `start: ${trial.name}`;
}

async function tryStart(subject: DifferentialCase, kind: ServerKind, world: World): Promise<Answer> {
  const site = createSite(subject, world);
  try {
    const server = await startServer(kind, site.configFile, world.port, site.errorLog);
    await server.stop();
    return ['<started>'];
  } catch (error) {
    if (error instanceof ServerRefusedError) return ['<refused>'];
    throw error;
  } finally {
    site.remove();
  }
}

async function answerRequests(
  subject: DifferentialCase,
  kind: ServerKind,
  world: World,
  answers: Map<string, Answer>,
): Promise<void> {
  const site = createSite(subject, world);
  for (const { responder } of world.responders) responder.reset();
  try {
    const server = await startServer(kind, site.configFile, world.port, site.errorLog);
    try {
      for (const request of subject.requests) {
        const seen = await exchange(world.port, fillSegments(request.segments, site), request.methods);
        answers.set(request.name, describeExchange(seen, request, site.blank));
        if (!server.isAlive()) break;
      }
    } finally {
      await server.stop();
    }
    for (const log of subject.logs) answers.set(logName(log), readLog(join(site.root, log), site));
  } finally {
    site.remove();
  }
}

function logName(log: string): string {
  return `log: ${log}`;
}

/** The lines of a log in a fixed order: two requests that follow each other closely may be logged in either. */
function readLog(path: string, site: Site): Answer {
  const lines = existsSync(path) ? readFileSync(path, 'latin1').split('\n') : ['<no such file>'];
  return lines
    .filter((line) => line !== '' && !line.includes(PROBE_LINE))
    .map((line) => site.blank(line))
    .sort();
}

function fillSegments(segments: readonly Segment[], site: Site): readonly Segment[] {
  return segments.map((segment) =>
    segment.kind === 'bytes' && segment.bytes.includes('@')
      ? { kind: 'bytes', bytes: site.fill(segment.bytes) }
      : segment,
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
  const compare = (name: string, request?: CaseRequest): readonly Mismatch[] => {
    const wanted = expected.get(name) ?? ['<not recorded>'];
    const got = actual.get(name) ?? ['<the server had ended>'];
    const difference =
      allowDocumented && request?.differs ? checkDocumented(request, got) : diffAnswers(wanted, got);
    return difference === undefined ? [] : [{ caseId: subject.id, request: name, difference }];
  };
  return [
    ...subject.starts.flatMap((trial) => compare(trialName(trial))),
    ...subject.logs.flatMap((log) => compare(logName(log))),
    ...subject.requests.flatMap((request) => compare(request.name, request)),
  ];
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
  return new Map(Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, Answer>));
}

/** Writes httpd's answers beside the case, one line for each request. */
export function writeRecorded(subject: DifferentialCase, seen: CaseAnswers): void {
  const rows = [...seen].map(([name, answer]) => `  ${JSON.stringify(name)}: ${JSON.stringify(answer)}`);
  writeFileSync(answersPath(subject), `{\n${rows.join(',\n')}\n}\n`);
}
