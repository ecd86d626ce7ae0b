import { posix } from 'node:path';
import { builtInModules } from '../../grammar/catalogue/index.ts';
import { errorCode, processEnvironment } from '../load/files.ts';
import type { LoadRequest } from '../load/request.ts';
import { findRuleInfo, type RuleLevel } from './built-in.ts';
import type { FpmPool, PhpSettings } from './information.ts';
import { lint, type ActiveRule, type LintOutcome } from './lint.ts';
import { optionValues, type OptionValues } from './options.ts';
import { RULES } from './rules/index.ts';
import { TARGET_RULES } from './target-rules/index.ts';
import { moduleIdentifier, type LintSettings } from './settings.ts';
import { readConfigText, serverEnvironment, targetFiles, type PathMapping } from './target-files.ts';

const DEFAULT_TARGET = '2.4.71';

/** What the command line says for all files. Plain data. */
export interface LintOptions {
  /** `--rule`: no other rule is in force; undefined: all are. */
  readonly onlyRules: readonly string[] | undefined;
  readonly target: string | undefined;
  readonly root: string | undefined;
  readonly pools: readonly FpmPool[] | undefined;
  readonly php: PhpSettings | undefined;
  /** What shown paths are relative to. */
  readonly cwd: string;
  /** How findings are rendered for people; `none`: no output shows them so. */
  readonly style: 'none' | 'plain' | 'color';
  readonly wantsCoverage: boolean;
}

/** One root to lint. Plain data; paths are absolute byte strings. */
export interface LintTask {
  readonly path: string;
  /** The text, for what does not stand on disk. */
  readonly text?: string;
  readonly kind: 'auto' | 'htaccess';
  readonly settings: LintSettings;
  readonly options: LintOptions;
}

/** An `.htaccess` is known by its name. */
export function isHtaccess(path: string): boolean {
  return posix.basename(path) === '.htaccess';
}

export function mappingOf({ settings, options }: LintTask): PathMapping {
  return { root: options.root, paths: settings.paths };
}

/** The level that a rule has: `--rule` puts one in force that the settings switch off. */
export function levelOf(task: LintTask, rule: string): RuleLevel | undefined {
  const { onlyRules } = task.options;
  const level = task.settings.levels.get(rule);
  if (onlyRules === undefined) return level;
  return onlyRules.includes(rule) ? (level === 'off' ? undefined : level) : 'off';
}

/** A value for each option of a rule: what the settings say, else its default. */
export function optionsOf(task: LintTask, rule: string): OptionValues {
  return optionValues(findRuleInfo(rule)?.options, task.settings.options.get(rule));
}

function activeRules(task: LintTask): ActiveRule[] {
  return [...RULES, ...TARGET_RULES].flatMap((rule) => {
    const level = levelOf(task, rule.name);
    if (level === 'off') return [];
    return [{ rule, severity: level, options: optionsOf(task, rule.name) }];
  });
}

/** Folders whose files are included from the folder above. */
const PARTS = /^((sites|conf|mods)-(enabled|available)|[\w-]+\.d|snippets|extra)$/;

/** Where relative paths start for a file that may set no ServerRoot. */
export function serverRootFor({ path, settings }: LintTask): string {
  if (settings.serverRoot !== undefined) return settings.serverRoot;
  const folder = posix.dirname(path);
  return PARTS.test(posix.basename(folder)) ? posix.dirname(folder) : folder;
}

/**
 * Lints one root.
 *
 * @param changed texts in place of those on disk, by path on disk
 */
export function runTask(task: LintTask, changed: ReadonlyMap<string, string> = new Map()): LintOutcome {
  const { settings, options } = task;
  const serverRoot = serverRootFor(task);
  const targetVersion = options.target ?? settings.target ?? DEFAULT_TARGET;
  const [major = 2, minor = 4, patch = 0] = targetVersion.split('.').map(Number);
  const text = task.text ?? textOf(task, changed);
  const request: LoadRequest = {
    rootPath: task.path,
    ...(text !== undefined && { text }),
    serverRoot,
    flags: settings.defines.filter((name) => !name.includes('=')),
    before: settings.defines.flatMap((name) => {
      const equals = name.indexOf('=');
      return equals < 0 ? [] : [`Define ${name.slice(0, equals)} "${name.slice(equals + 1)}"`];
    }),
    env: new Map([...serverEnvironment(serverRoot), ...processEnvironment(), ...settings.env]),
    targetVersion,
    files: targetFiles(mappingOf(task), changed),
  };
  const information = {
    target: [major, minor, patch] as const,
    root: options.root,
    pools: options.pools,
    php: options.php,
    modules: settings.modules,
  };
  const rules = activeRules(task);
  const kind = task.kind === 'htaccess' && text === undefined ? 'auto' : task.kind;
  const outcome = lint({ load: request, kind, rules, information });
  if (settings.modules === undefined || outcome.model.loaded.hasLoadModule) return outcome;
  const before = [...(request.before ?? []), ...loadModuleLines(settings.modules)];
  return lint({
    load: { ...request, before },
    kind: outcome.model.kind,
    rules,
    information,
  });
}

/** The text of an `.htaccess`; undefined: it can't be read, or is for the loader to read. */
function textOf(task: LintTask, changed: ReadonlyMap<string, string>): string | undefined {
  if (task.kind !== 'htaccess') return undefined;
  try {
    return changed.get(task.path) ?? readConfigText(task.path);
  } catch (error) {
    errorCode(error);
    return undefined;
  }
}

/** Lines that load modules which settings name; those compiled in are there without one. */
function loadModuleLines(names: readonly string[]): string[] {
  const builtIn = new Set(builtInModules().map((module) => module.identifier));
  return [...new Set(names.map(moduleIdentifier))]
    .filter((identifier) => !builtIn.has(identifier))
    .map((identifier) => `LoadModule ${identifier} modules/mod_${identifier.replace(/_module$/, '')}.so`);
}
