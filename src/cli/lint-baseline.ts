import { existsSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import {
  compareWithBaseline,
  readBaseline,
  renderBaseline,
  type Compared,
  type LookedAt,
} from '../lint/baseline.ts';
import { findRuleInfo } from '../lint/built-in.ts';
import type { LintResults } from '../lint/output/format.ts';
import type { LintFinding, RootReport } from '../lint/report.ts';
import { SettingsError } from '../lint/settings.ts';
import { fsPath } from '../source/fs-path.ts';
import type { LintArguments } from './lint-arguments.ts';

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const utf8 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');

/**
 * The findings by what `--baseline` says of them, after writing it when that is asked for; undefined without one.
 * Throws `SettingsError` for a file that is not there or no baseline.
 */
export function baselineOf(
  { baseline: name, updatesBaseline, rules, isDryRun }: LintArguments,
  roots: readonly RootReport[],
  findings: readonly LintFinding[],
  isComplete: boolean,
): (Compared & { readonly path: string }) | undefined {
  if (name === undefined) return undefined;
  const cwd = process.cwd();
  const path = posix.resolve(latin1(cwd), name);
  const known = readBaseline(path);
  if (!known && !updatesBaseline)
    throw new SettingsError([`${name}: there is no such file; --update-baseline writes it`]);
  const files = new Set(roots.flatMap((root) => root.files));
  const looked: LookedAt = {
    isKnown: (file) => isComplete && (files.has(latin1(file)) || !existsSync(file)),
    isInForce: (rule) => rules === undefined || rules.includes(rule) || findRuleInfo(rule) === undefined,
  };
  let baseline = known ?? { path: utf8(path), entries: [] };
  if (updatesBaseline && !isDryRun) {
    writeBaseline(path, renderBaseline(utf8(path), known, findings, cwd, looked));
    baseline = readBaseline(path) ?? baseline;
  }
  return { path: utf8(name), ...compareWithBaseline(baseline, findings, cwd, looked) };
}

function writeBaseline(path: string, text: string): void {
  try {
    writeFileSync(fsPath(path), text);
  } catch (error) {
    throw new SettingsError([(error as Error).message]);
  }
}

/** More stale entries than these are only counted. */
const MAX_TOLD = 20;

/** What people are told of entries that no finding answers to any more. */
export function staleLines({ baseline }: LintResults): string[] {
  if (!baseline || baseline.stale.length === 0) return [];
  const { path, stale } = baseline;
  const more = stale.length - MAX_TOLD;
  return [
    ...stale
      .slice(0, MAX_TOLD)
      .map((entry) => `${path}: found no more: ${entry.path}: ${entry.message} [${entry.rule}]`),
    ...(more > 0 ? [`${path}: and ${more} more`] : []),
    `${path}: --update-baseline takes out what is found no more`,
  ];
}
