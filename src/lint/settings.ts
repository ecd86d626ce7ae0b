import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { findModule } from '../../grammar/catalogue/index.ts';
import { suggestionHelp, suggestNames } from '../diagnostics/suggest.ts';
import { fsPath } from '../source/fs-path.ts';
import { LineIndex } from '../source/line-index.ts';
import { allRules, findRuleInfo, type RuleInfo, type RuleLevel } from './built-in.ts';
import {
  JsonError,
  readJson,
  textOf,
  textsOf,
  type JsonArray,
  type JsonMember,
  type JsonValue,
} from './json.ts';
import { optionSchema, readOption, type OptionValue, type OptionValues } from './options.ts';
import { levelsOf, PRESETS } from './presets.ts';

export const SETTINGS_FILE = 'httpd-gateway.lint.json';

/** What is set for a part of a tree of files. Plain data; paths are absolute byte strings. */
export interface LintSettings {
  /** The file they come from; undefined: none was found. */
  readonly path: string | undefined;
  /** What relative paths and globs of the file start at. */
  readonly folder: string;
  readonly levels: ReadonlyMap<string, RuleLevel>;
  /** Options that are set, by rule. */
  readonly options: ReadonlyMap<string, OptionValues>;
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

/**
 * Settings that can't be used; said with exit status 2. Each problem starts with its file, and place if known; byte
 * strings.
 */
export class SettingsError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'SettingsError';
  }
}

export const LEVELS = ['off', 'info', 'warning', 'error'] as const satisfies readonly RuleLevel[];

export function defaultSettings(folder: string): LintSettings {
  return {
    path: undefined,
    folder,
    levels: new Map(),
    options: new Map(),
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
    throw new SettingsError([`${path}: ${(error as Error).message}`]);
  }
  return parseSettings(path, text);
}

/** What is wrong with a settings file, and where. */
interface Problem {
  readonly message: string;
  readonly offset: number;
}

type Read = (member: JsonMember, draft: Draft) => void;
type Draft = { -readonly [K in keyof LintSettings]: LintSettings[K] } & {
  readonly problems: Problem[];
  preset: ReadonlyMap<string, RuleLevel>;
};

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** Every key that a settings file may have, with what reads its value. */
const KEYS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['$schema', () => undefined],
  ['extends', readPresets],
  ['rules', readRules],
  ['target', readTarget],
  ['modules', readModules],
  ['defines', (member, draft) => readTexts(member, draft, (texts) => (draft.defines = texts))],
  ['env', (member, draft) => readTable(member, draft, (table) => (draft.env = table))],
  ['serverRoot', readServerRoot],
  ['paths', (member, draft) => readTable(member, draft, (table) => (draft.paths = resolved(table, draft)))],
  ['ignore', (member, draft) => readTexts(member, draft, (texts) => (draft.ignore = texts))],
  ['requireReason', readRequireReason],
]);

/**
 * The settings in a text. An unknown key, rule, option, preset or module is an error, with what may be meant; each
 * problem is said with its line and column.
 */
export function parseSettings(path: string, text: string): LintSettings {
  const index = new LineIndex(text);
  const placed = ({ message, offset }: Problem): string => {
    const line = index.lineAt(offset);
    return `${path}:${line}:${offset - index.lineStart(line) + 1}: ${latin1(message)}`;
  };
  let json: JsonValue;
  try {
    json = readJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new SettingsError([placed({ message: `this is no JSON: ${error.message}`, offset: error.offset })]);
  }
  const draft: Draft = { ...defaultSettings(posix.dirname(path)), path, problems: [], preset: new Map() };
  if (json.kind !== 'object')
    draft.problems.push({ message: 'the settings must be an object', offset: json.start });
  else for (const member of json.members) readMember(member, draft);
  const { problems, preset, ...settings } = draft;
  if (problems.length > 0) throw new SettingsError(problems.map(placed));
  return { ...settings, levels: new Map([...preset, ...settings.levels]) };
}

function readMember(member: JsonMember, draft: Draft): void {
  const read = KEYS.get(member.name);
  if (read) read(member, draft);
  else tell(draft, member, withHelp(`unknown key "${member.name}"`, suggestNames(member.name, KEYS.keys())));
}

function tell(draft: Draft, { start }: { readonly start: number }, message: string): void {
  draft.problems.push({ message, offset: start });
}

function withHelp(problem: string, names: readonly string[]): string {
  const help = suggestionHelp(names);
  return help === undefined ? problem : `${problem}: ${help}`;
}

function readPresets({ name: key, value }: JsonMember, draft: Draft): void {
  const items = value.kind === 'array' ? value.items : [value];
  const levels = new Map<string, RuleLevel>();
  for (const item of items) {
    const name = textOf(item);
    const preset = PRESETS.find((known) => known === name);
    if (name === undefined) tell(draft, item, `"${key}" must be a preset or a list of presets`);
    else if (preset) for (const [rule, level] of levelsOf(preset)) levels.set(rule, level);
    else tell(draft, item, withHelp(`no preset is called "${name}"`, suggestNames(name, PRESETS)));
  }
  draft.preset = levels;
}

function readRules({ name: key, value }: JsonMember, draft: Draft): void {
  if (value.kind !== 'object') {
    tell(draft, value, `"${key}" must be an object of rules and levels`);
    return;
  }
  const levels = new Map<string, RuleLevel>();
  const options = new Map<string, OptionValues>();
  for (const member of value.members) {
    const rule = findRuleInfo(member.name);
    if (!rule) {
      const names = allRules().map(({ name }) => name);
      tell(draft, member, withHelp(`no rule is called "${member.name}"`, suggestNames(member.name, names)));
      continue;
    }
    const isPair = member.value.kind === 'array' && member.value.items.length === 2;
    const [levelItem, optionItem] = isPair ? member.value.items : [member.value];
    const level = LEVELS.find((known) => known === textOf(levelItem!));
    if (level === undefined)
      tell(
        draft,
        levelItem!,
        `the level of "${rule.name}" must be one of ${LEVELS.join(', ')}, or a list of a level and an object of options`,
      );
    else levels.set(rule.name, level);
    if (optionItem) options.set(rule.name, readRuleOptions(rule, optionItem, draft));
  }
  draft.levels = levels;
  draft.options = options;
}

function readRuleOptions(rule: RuleInfo, value: JsonValue, draft: Draft): OptionValues {
  const table = rule.options ?? {};
  const values: Record<string, OptionValue> = {};
  if (value.kind !== 'object') {
    tell(draft, value, `the options of "${rule.name}" must be an object`);
    return values;
  }
  for (const { name, start, value: given } of value.members) {
    const option = Object.hasOwn(table, name) ? table[name] : undefined;
    if (option === undefined) {
      const names = Object.keys(table);
      const known = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
      const help = suggestionHelp(suggestNames(name, names)) ?? known;
      tell(draft, { start }, `"${rule.name}" has no option "${name}": ${help}`);
      continue;
    }
    const read = readOption(option, given);
    if ('problem' in read) tell(draft, given, `option "${name}" of "${rule.name}" ${read.problem}`);
    else values[name] = typeof read.value === 'object' ? read.value.map(latin1) : read.value;
  }
  return values;
}

export function isVersion(text: string): boolean {
  return /^2\.[0-9]{1,3}\.[0-9]{1,3}$/.test(text);
}

function readTarget({ name, value }: JsonMember, draft: Draft): void {
  const target = textOf(value);
  if (target !== undefined && isVersion(target)) draft.target = target;
  else tell(draft, value, `"${name}" must be a version such as "2.4.58"`);
}

/** `mod_alias`, `alias`, `alias_module` or `mod_alias.c` as `alias_module`. */
export function moduleIdentifier(name: string): string {
  return `${name.replace(/^mod_/, '').replace(/(_module|\.c)$/, '')}_module`;
}

function readModules(member: JsonMember, draft: Draft): void {
  readTexts(member, draft, (names) => {
    for (const item of (member.value as JsonArray).items) {
      const name = textOf(item)!;
      if (!findModule(moduleIdentifier(name)) && !findModule(name))
        tell(draft, item, `httpd 2.4 has no module "${name}"`);
    }
    draft.modules = names;
  });
}

function readServerRoot({ name, value }: JsonMember, draft: Draft): void {
  const path = textOf(value);
  if (path !== undefined) draft.serverRoot = posix.resolve(draft.folder, latin1(path));
  else tell(draft, value, `"${name}" must be a path`);
}

function readRequireReason({ name, value }: JsonMember, draft: Draft): void {
  if (value.kind === 'scalar' && typeof value.value === 'boolean') draft.requireReason = value.value;
  else tell(draft, value, `"${name}" must be true or false`);
}

function readTexts({ name, value }: JsonMember, draft: Draft, take: (texts: string[]) => void): void {
  const texts = textsOf(value);
  if (texts) take(texts.map(latin1));
  else tell(draft, value, `"${name}" must be a list of texts`);
}

function readTable(
  { name, value }: JsonMember,
  draft: Draft,
  take: (table: ReadonlyMap<string, string>) => void,
): void {
  const entries = value.kind === 'object' ? value.members : [];
  const table = new Map<string, string>();
  for (const entry of entries) {
    const text = textOf(entry.value);
    if (text !== undefined) table.set(latin1(entry.name), latin1(text));
  }
  if (value.kind === 'object' && table.size === entries.length) take(table);
  else tell(draft, value, `"${name}" must be an object of texts`);
}

function resolved(table: ReadonlyMap<string, string>, draft: Draft): ReadonlyMap<string, string> {
  return new Map([...table].map(([from, to]) => [posix.resolve('/', from), posix.resolve(draft.folder, to)]));
}

/** What the schema says of one rule: a level, or a level with options. */
function ruleSchema({ summary, options }: RuleInfo): object {
  const level = { enum: LEVELS };
  if (options === undefined) return { ...level, description: summary };
  const properties = Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, optionSchema(option)]),
  );
  return {
    description: summary,
    oneOf: [
      level,
      {
        type: 'array',
        items: [level, { type: 'object', additionalProperties: false, properties }],
        minItems: 2,
        maxItems: 2,
      },
    ],
  };
}

/** The JSON schema of a settings file. */
export function settingsSchema(): object {
  const texts = { type: 'array', items: { type: 'string' } };
  const table = { type: 'object', additionalProperties: { type: 'string' } };
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
        description: 'Level of each rule, or a list of a level and the options of the rule',
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(allRules().map((rule) => [rule.name, ruleSchema(rule)])),
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
