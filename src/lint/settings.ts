import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { findModule } from '../../grammar/catalogue/index.ts';
import { suggestionHelp, suggestNames } from '../diagnostics/suggest.ts';
import { fsPath } from '../source/fs-path.ts';
import { allRules, findRuleInfo, type RuleLevel } from './built-in.ts';
import { levelsOf, PRESETS, type Preset } from './presets.ts';

export const SETTINGS_FILE = 'httpd-gateway.lint.json';

/** What is set for a part of a tree of files. Plain data; paths are absolute byte strings. */
export interface LintSettings {
  /** The file they come from; undefined: none was found. */
  readonly path: string | undefined;
  /** What relative paths and globs of the file start at. */
  readonly folder: string;
  readonly levels: ReadonlyMap<string, RuleLevel>;
  readonly target: string | undefined;
  readonly modules: readonly string[] | undefined;
  readonly defines: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly serverRoot: string | undefined;
  /** Path prefix of the target machine to the folder here that stands for it. */
  readonly paths: ReadonlyMap<string, string>;
  readonly ignore: readonly string[];
  readonly requireReason: boolean;
}

/** Settings that can't be used; said with exit status 2. */
export class SettingsError extends Error {
  constructor(path: string, problems: readonly string[]) {
    super(problems.map((problem) => `${path}: ${problem}`).join('\n'));
    this.name = 'SettingsError';
  }
}

export const LEVELS = ['off', 'info', 'warning', 'error'] as const satisfies readonly RuleLevel[];

export function defaultSettings(folder: string): LintSettings {
  return {
    path: undefined,
    folder,
    levels: new Map(),
    target: undefined,
    modules: undefined,
    defines: [],
    env: new Map(),
    serverRoot: undefined,
    paths: new Map(),
    ignore: [],
    requireReason: false,
  };
}

const found = new Map<string, LintSettings>();

/** The settings for files in a folder: those of the nearest settings file in it or above. Throws `SettingsError`. */
export function settingsFor(folder: string): LintSettings {
  const known = found.get(folder);
  if (known) return known;
  const path = posix.join(folder, SETTINGS_FILE);
  const settings = existsSync(fsPath(path))
    ? readSettings(path)
    : folder === '/'
      ? defaultSettings(folder)
      : settingsFor(posix.dirname(folder));
  found.set(folder, settings);
  return settings;
}

export function readSettings(path: string): LintSettings {
  let text: string;
  try {
    text = readFileSync(fsPath(path), 'utf8');
  } catch (error) {
    throw new SettingsError(path, [(error as Error).message]);
  }
  return parseSettings(path, text);
}

type Read = (key: string, value: unknown, draft: Draft) => void;
type Draft = { -readonly [K in keyof LintSettings]: LintSettings[K] } & {
  readonly problems: string[];
  preset: ReadonlyMap<string, RuleLevel>;
};

const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

function entriesOf(value: unknown): [string, unknown][] | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value)
    : undefined;
}

/** Every key that a settings file may have, with what reads its value. */
const KEYS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['$schema', () => undefined],
  ['extends', readPresets],
  ['rules', readLevels],
  ['target', readTarget],
  ['modules', readModules],
  ['defines', (key, value, draft) => readTexts(key, value, draft, (texts) => (draft.defines = texts))],
  ['env', (key, value, draft) => readTable(key, value, draft, (table) => (draft.env = table))],
  ['serverRoot', readServerRoot],
  [
    'paths',
    (key, value, draft) => readTable(key, value, draft, (table) => (draft.paths = resolved(table, draft))),
  ],
  ['ignore', (key, value, draft) => readTexts(key, value, draft, (texts) => (draft.ignore = texts))],
  ['requireReason', readRequireReason],
]);

/** The settings in a text. An unknown key, rule, preset or module is an error, with what may be meant. */
export function parseSettings(path: string, text: string): LintSettings {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new SettingsError(path, [`this is no JSON: ${(error as Error).message}`]);
  }
  const entries = entriesOf(json);
  if (!entries) throw new SettingsError(path, ['the settings must be an object']);
  const draft: Draft = {
    ...defaultSettings(posix.dirname(path)),
    path,
    problems: [],
    preset: new Map(),
  };
  for (const [key, value] of entries) {
    const read = KEYS.get(key);
    if (read) read(key, value, draft);
    else draft.problems.push(withHelp(`unknown key "${key}"`, suggestNames(key, KEYS.keys())));
  }
  const { problems, preset, ...settings } = draft;
  if (problems.length > 0) throw new SettingsError(path, problems);
  return { ...settings, levels: new Map([...preset, ...settings.levels]) };
}

function withHelp(problem: string, names: readonly string[]): string {
  const help = suggestionHelp(names);
  return help === undefined ? problem : `${problem}: ${help}`;
}

function readPresets(key: string, value: unknown, draft: Draft): void {
  const names = isText(value) ? [value] : value;
  if (!isTexts(names)) {
    draft.problems.push(`"${key}" must be a preset or a list of presets`);
    return;
  }
  const levels = new Map<string, RuleLevel>();
  for (const name of names) {
    if ((PRESETS as readonly string[]).includes(name)) {
      for (const [rule, level] of levelsOf(name as Preset)) levels.set(rule, level);
    } else draft.problems.push(withHelp(`no preset is called "${name}"`, suggestNames(name, PRESETS)));
  }
  draft.preset = levels;
}

function readLevels(key: string, value: unknown, draft: Draft): void {
  const entries = entriesOf(value);
  if (!entries) {
    draft.problems.push(`"${key}" must be an object of rules and levels`);
    return;
  }
  const levels = new Map<string, RuleLevel>();
  for (const [name, level] of entries) {
    if (!findRuleInfo(name)) {
      const near = suggestNames(
        name,
        allRules().map((rule) => rule.name),
      );
      draft.problems.push(withHelp(`no rule is called "${name}"`, near));
    } else if (!isText(level) || !(LEVELS as readonly string[]).includes(level)) {
      draft.problems.push(`the level of "${name}" must be one of ${LEVELS.join(', ')}`);
    } else levels.set(name, level as RuleLevel);
  }
  draft.levels = levels;
}

export function isVersion(text: string): boolean {
  return /^2\.[0-9]{1,3}\.[0-9]{1,3}$/.test(text);
}

function readTarget(key: string, value: unknown, draft: Draft): void {
  if (isText(value) && isVersion(value)) draft.target = value;
  else draft.problems.push(`"${key}" must be a version such as "2.4.58"`);
}

/** `mod_alias`, `alias`, `alias_module` or `mod_alias.c` as `alias_module`. */
export function moduleIdentifier(name: string): string {
  return `${name.replace(/^mod_/, '').replace(/(_module|\.c)$/, '')}_module`;
}

function readModules(key: string, value: unknown, draft: Draft): void {
  readTexts(key, value, draft, (names) => {
    for (const name of names) {
      if (!findModule(moduleIdentifier(name)) && !findModule(name))
        draft.problems.push(`httpd 2.4 has no module "${name}"`);
    }
    draft.modules = names;
  });
}

function readServerRoot(key: string, value: unknown, draft: Draft): void {
  if (isText(value)) draft.serverRoot = posix.resolve(draft.folder, latin1(value));
  else draft.problems.push(`"${key}" must be a path`);
}

function readRequireReason(key: string, value: unknown, draft: Draft): void {
  if (typeof value === 'boolean') draft.requireReason = value;
  else draft.problems.push(`"${key}" must be true or false`);
}

function readTexts(key: string, value: unknown, draft: Draft, take: (texts: string[]) => void): void {
  if (isTexts(value)) take(value.map(latin1));
  else draft.problems.push(`"${key}" must be a list of texts`);
}

function readTable(
  key: string,
  value: unknown,
  draft: Draft,
  take: (table: ReadonlyMap<string, string>) => void,
): void {
  const entries = entriesOf(value);
  if (entries?.every((entry): entry is [string, string] => isText(entry[1])))
    take(new Map(entries.map(([name, text]) => [latin1(name), latin1(text)])));
  else draft.problems.push(`"${key}" must be an object of texts`);
}

function resolved(table: ReadonlyMap<string, string>, draft: Draft): ReadonlyMap<string, string> {
  return new Map([...table].map(([from, to]) => [posix.resolve('/', from), posix.resolve(draft.folder, to)]));
}

/** The JSON schema of a settings file. */
export function settingsSchema(): object {
  const texts = { type: 'array', items: { type: 'string' } };
  const table = { type: 'object', additionalProperties: { type: 'string' } };
  const level = { enum: LEVELS };
  const preset = { enum: PRESETS };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: `Settings of httpd-gateway lint (${SETTINGS_FILE})`,
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      extends: {
        description: 'Presets, applied in order; "rules" goes on top',
        oneOf: [preset, { type: 'array', items: preset }],
      },
      rules: {
        description: 'Level of each rule',
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(
          allRules().map(({ name, summary }) => [name, { ...level, description: summary }]),
        ),
      },
      target: { description: 'Version of httpd', type: 'string', pattern: '^2\\.[0-9]{1,3}\\.[0-9]{1,3}$' },
      modules: { ...texts, description: 'Loaded modules, for files without LoadModule lines' },
      defines: { ...texts, description: 'Names of -D, or NAME=value' },
      env: { ...table, description: 'Environment of the server, for ${NAME}' },
      serverRoot: { type: 'string', description: 'ServerRoot of files that set none' },
      paths: { ...table, description: 'Folders here that stand for paths of the server' },
      ignore: { ...texts, description: 'Globs of files to leave out' },
      requireReason: { type: 'boolean', description: 'Suppressions need a reason' },
    },
  };
}
