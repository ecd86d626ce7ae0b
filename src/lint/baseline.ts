import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { suggestionHelp, suggestNames } from '../diagnostics/suggest.ts';
import { fsPath } from '../source/fs-path.ts';
import { LineIndex } from '../source/line-index.ts';
import { JsonError, readJson, textOf, type JsonObject, type JsonValue } from './json.ts';
import type { LintFinding } from './report.ts';
import { SettingsError } from './settings.ts';

/** A finding that is accepted wherever its line moves within its file. */
export interface BaselineEntry {
  readonly rule: string;
  /** UTF-8, relative to the folder of the baseline where it lies below. */
  readonly path: string;
  readonly fingerprint: string;
  /** For people; does not count. */
  readonly message: string;
}

/** A file of accepted findings (`--baseline`). */
export interface Baseline {
  /** Absolute, UTF-8. */
  readonly path: string;
  readonly entries: readonly BaselineEntry[];
}

/** What a run looked at: what it did not look at can't be told to be gone. */
export interface LookedAt {
  /** Whether a file, absolute and UTF-8, was read or is not there any more. */
  readonly isKnown: (path: string) => boolean;
  readonly isInForce: (rule: string) => boolean;
}

export interface Compared {
  readonly fresh: readonly LintFinding[];
  readonly accepted: readonly LintFinding[];
  /** Entries that no finding answers to any more. */
  readonly stale: readonly BaselineEntry[];
}

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

const VERSION = 1;
const ENTRY_KEYS = ['rule', 'path', 'fingerprint', 'message'] as const;

/** The baseline in a file, a byte string; one that is not there is undefined. Throws `SettingsError` for anything else. */
export function readBaseline(path: string): Baseline | undefined {
  let text: string;
  try {
    text = readFileSync(fsPath(path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new SettingsError([`${path}: ${(error as Error).message}`]);
  }
  const problems: string[] = [];
  const index = new LineIndex(text);
  const tell = (start: number, message: string): void => {
    const line = index.lineAt(start);
    problems.push(`${path}:${line}:${start - index.lineStart(line) + 1}: ${latin1(message)}`);
  };
  let entries: BaselineEntry[] = [];
  try {
    entries = readEntries(readJson(text), tell);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    tell(error.offset, `this is no JSON: ${error.message}`);
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return { path: Buffer.from(path, 'latin1').toString('utf8'), entries };
}

type Tell = (start: number, message: string) => void;

function readEntries(json: JsonValue, tell: Tell): BaselineEntry[] {
  const members = json.kind === 'object' ? json.members : [];
  const version = members.find(({ name }) => name === 'version')?.value;
  const findings = members.find(({ name }) => name === 'findings')?.value;
  if (version?.kind !== 'scalar' || version.value !== VERSION || findings?.kind !== 'array') {
    tell(json.start, `a baseline is an object with "version": ${VERSION} and a list "findings"`);
    return [];
  }
  return findings.items.flatMap((item) => {
    const entry = item.kind === 'object' ? readEntry(item, tell) : undefined;
    if (item.kind !== 'object') tell(item.start, 'a finding is an object');
    return entry ?? [];
  });
}

function readEntry({ members, start }: JsonObject, tell: Tell): BaselineEntry | undefined {
  const texts = new Map<string, string>();
  for (const { name, start: at, value } of members) {
    const text = textOf(value);
    if (!(ENTRY_KEYS as readonly string[]).includes(name)) {
      const help = suggestionHelp(suggestNames(name, ENTRY_KEYS));
      tell(at, `unknown key "${name}"${help === undefined ? '' : `: ${help}`}`);
    } else if (text === undefined) tell(value.start, `"${name}" must be a text`);
    else texts.set(name, text);
  }
  const [rule, path, fingerprint, message = ''] = ENTRY_KEYS.map((key) => texts.get(key));
  if (rule !== undefined && path !== undefined && fingerprint !== undefined)
    return { rule, path, fingerprint, message };
  tell(start, 'a finding needs "rule", "path" and "fingerprint"');
  return undefined;
}

/**
 * Findings that are accepted, those that are not, and entries that nothing answers to.
 *
 * @param cwd what the findings' paths are relative to, UTF-8
 */
export function compareWithBaseline(
  baseline: Baseline,
  findings: readonly LintFinding[],
  cwd: string,
  looked: LookedAt,
): Compared {
  const folder = posix.dirname(baseline.path);
  const known = new Set(baseline.entries.map(keyOf));
  const found = findings.map((finding) => ({ finding, key: keyOf(entryOf(finding, folder, cwd)) }));
  const seen = new Set(found.map(({ key }) => key));
  return {
    fresh: found.flatMap(({ finding, key }) => (known.has(key) ? [] : [finding])),
    accepted: found.flatMap(({ finding, key }) => (known.has(key) ? [finding] : [])),
    stale: baseline.entries.filter((entry) => !seen.has(keyOf(entry)) && isLookedAt(entry, folder, looked)),
  };
}

/**
 * The text of a baseline that accepts findings, an entry on each line; entries of another one that this run did not
 * look at stay in it.
 *
 * @param path where it will stand, absolute and UTF-8
 */
export function renderBaseline(
  path: string,
  before: Baseline | undefined,
  findings: readonly LintFinding[],
  cwd: string,
  looked: LookedAt,
): string {
  const folder = posix.dirname(path);
  const kept = (before?.entries ?? []).filter((entry) => !isLookedAt(entry, folder, looked));
  const entries = new Map<string, BaselineEntry>();
  for (const entry of [...kept, ...findings.map((finding) => entryOf(finding, folder, cwd))])
    entries.set(keyOf(entry), entry);
  const lines = [...entries.values()]
    .sort((a, b) => (a.path === b.path ? 0 : a.path < b.path ? -1 : 1))
    .map((entry) => `    ${JSON.stringify(entry)}`);
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`;
  return `{\n  "version": ${VERSION},\n  "findings": ${list}\n}\n`;
}

function keyOf({ rule, path, fingerprint }: BaselineEntry): string {
  return `${rule}\n${path}\n${fingerprint}`;
}

function entryOf(
  { code, path, fingerprint, message }: LintFinding,
  folder: string,
  cwd: string,
): BaselineEntry {
  const absolute = posix.resolve(cwd, path);
  const isBelow = absolute.startsWith(folder === '/' ? folder : `${folder}/`);
  return {
    rule: code,
    path: isBelow ? posix.relative(folder, absolute) : absolute,
    fingerprint,
    message,
  };
}

function isLookedAt({ rule, path }: BaselineEntry, folder: string, looked: LookedAt): boolean {
  return looked.isInForce(rule) && looked.isKnown(posix.resolve(folder, path));
}
