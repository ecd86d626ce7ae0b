import { COMMANDS, type Command } from './commands.ts';

/** What `-k` asks for. */
export type ControlAction = 'start' | 'stop' | 'restart' | 'graceful' | 'graceful-stop';

/** A command line of the server, as httpd's own with our long options beside it. All texts are latin1 byte strings. */
export interface ServerArguments {
  /** `-f` as written; undefined: the default file. */
  readonly file: string | undefined;
  readonly serverRoot: string | undefined;
  /** `-D` names in order, without those that only choose what is done. */
  readonly flags: readonly string[];
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly startLevel: string | undefined;
  readonly startErrorFile: string | undefined;
  /** `-t`, or something that implies it. */
  readonly isCheck: boolean;
  readonly skipsDocumentRootCheck: boolean;
  /** `-X`: one process in the foreground. */
  readonly isDebug: boolean;
  readonly control: ControlAction | undefined;
  readonly listen: readonly string[];
  /** Port of the configuration to the port that is opened in its place. */
  readonly portMap: ReadonlyMap<number, number>;
  readonly isStrict: boolean;
  readonly allowUnserved: ReadonlySet<string>;
  readonly processes: number | undefined;
  readonly logStyle: 'text' | 'json';
  readonly isQuickstart: boolean;
}

export type Invocation =
  | { readonly kind: 'server'; readonly arguments: ServerArguments }
  | { readonly kind: 'show'; readonly what: 'version' | 'build' | 'modules' | 'directives' }
  /** Another product, with its own arguments. */
  | { readonly kind: 'command'; readonly load: () => Promise<Command>; readonly rest: readonly string[] }
  | { readonly kind: 'usage'; readonly complaint: string | undefined; readonly wasAsked: boolean };

const WITH_VALUE = new Set(['D', 'C', 'c', 'd', 'f', 'e', 'E', 'k']);
const FLAGS = new Set(['t', 'T', 'S', 'M', 'L', 'l', 'v', 'V', 'h', '?', 'X']);
const LONG_WITH_VALUE = new Set(['listen', 'port-map', 'allow-unserved', 'processes', 'log-style']);
const LONG_FLAGS = new Set(['strict', 'quickstart', 'help', 'version']);
const ACTIONS: readonly string[] = ['start', 'stop', 'restart', 'graceful', 'graceful-stop'];

const LEVEL = /^(?:emerg|alert|crit|error|warn|notice|info|debug|trace[1-8])$/i;

type Option = { readonly name: string; readonly value: string };

/** Splits the arguments as getopt does: flags may be joined, a value may stand in the same word. */
function readOptions(
  args: readonly string[],
): readonly Option[] | { readonly complaint: string | undefined } {
  const options: Option[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (word.startsWith('--') && word.length > 2) {
      const equals = word.indexOf('=');
      const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
      if (LONG_FLAGS.has(name) && equals < 0) options.push({ name, value: '' });
      else if (!LONG_WITH_VALUE.has(name)) return { complaint: `unknown option ${word}` };
      else {
        const value = equals < 0 ? args[++at] : word.slice(equals + 1);
        if (value === undefined) return { complaint: `option requires an argument --${name}` };
        options.push({ name, value });
      }
      continue;
    }
    if (!word.startsWith('-') || word === '-') return { complaint: undefined };
    for (let i = 1; i < word.length; i++) {
      const name = word[i]!;
      if (FLAGS.has(name)) options.push({ name, value: '' });
      else if (!WITH_VALUE.has(name)) return { complaint: `illegal option -- ${name}` };
      else {
        const value = word.slice(i + 1) || args[++at];
        if (value === undefined) return { complaint: `option requires an argument -- ${name}` };
        options.push({ name, value });
        break;
      }
    }
  }
  return options;
}

function readPortMap(text: string): ReadonlyMap<number, number> | undefined {
  const map = new Map<number, number>();
  for (const pair of text.split(',')) {
    const found = /^([0-9]{1,5}):([0-9]{1,5})$/.exec(pair.trim());
    const [from, to] = [Number(found?.[1]), Number(found?.[2])];
    if (found === null || from < 1 || from > 65535 || to > 65535) return undefined;
    map.set(from, to);
  }
  return map;
}

/** What a command line asks for; never throws. @source httpd server/main.c, spec config-language section 14 */
export function parseArguments(args: readonly string[]): Invocation {
  const [first, ...rest] = args;
  const command = first === undefined ? undefined : COMMANDS.get(first);
  if (command !== undefined) return { kind: 'command', load: command, rest };
  const options = readOptions(args);
  if ('complaint' in options) return { kind: 'usage', complaint: options.complaint, wasAsked: false };

  const all = (name: string): readonly string[] => options.filter((o) => o.name === name).map((o) => o.value);
  const last = (name: string): string | undefined => all(name).at(-1);
  const has = (name: string): boolean => options.some((o) => o.name === name);
  const complain = (complaint: string | undefined): Invocation => ({
    kind: 'usage',
    complaint,
    wasAsked: false,
  });

  if (has('h') || has('?') || has('help')) return { kind: 'usage', complaint: undefined, wasAsked: true };
  const show = (['v', 'version', 'V', 'l', 'L'] as const).find(has);
  if (show !== undefined) {
    const what = ({ v: 'version', version: 'version', V: 'build', l: 'modules', L: 'directives' } as const)[
      show
    ];
    return { kind: 'show', what };
  }

  const level = last('e');
  if (level !== undefined && !LEVEL.test(level)) return complain(undefined);
  const control = last('k');
  if (control !== undefined && !ACTIONS.includes(control)) return complain('illegal option -- k');
  const portMap = readPortMaps(all('port-map'));
  if (portMap === undefined) return complain('--port-map takes pairs of ports, such as 80:8080,443:8443');
  const processes = last('processes');
  if (processes !== undefined && !/^[1-9][0-9]{0,2}$/.test(processes))
    return complain('--processes takes a number from 1 to 999');
  const logStyle = last('log-style') ?? 'text';
  if (logStyle !== 'text' && logStyle !== 'json') return complain('--log-style is text or json');

  const flags = orderedFlags(options);
  return {
    kind: 'server',
    arguments: {
      file: last('f'),
      serverRoot: last('d'),
      flags,
      before: all('C'),
      after: all('c'),
      startLevel: level?.toLowerCase(),
      startErrorFile: last('E'),
      isCheck: has('t') || DUMPS.some((name) => flags.includes(name)),
      skipsDocumentRootCheck: has('T'),
      isDebug: has('X'),
      control: control as ControlAction | undefined,
      listen: all('listen').flatMap((value) => value.split(',')),
      portMap,
      isStrict: has('strict'),
      allowUnserved: new Set(all('allow-unserved').flatMap((value) => value.toLowerCase().split(','))),
      processes: processes === undefined ? undefined : Number(processes),
      logStyle,
      isQuickstart: has('quickstart'),
    },
  };
}

/** `-D` names that ask to be told something, and to start nothing. @source httpd server/main.c */
export const DUMPS: readonly string[] = ['DUMP_INCLUDES', 'DUMP_VHOSTS', 'DUMP_RUN_CFG', 'DUMP_MODULES'];

/** `-S` and `-M` stand for `-D` names, in the place where they were written. */
function orderedFlags(options: readonly Option[]): readonly string[] {
  const flags: string[] = [];
  for (const { name, value } of options) {
    if (name === 'D') flags.push(value);
    else if (name === 'S') flags.push('DUMP_VHOSTS', 'DUMP_RUN_CFG');
    else if (name === 'M') flags.push('DUMP_MODULES');
  }
  return [...new Set(flags)];
}

function readPortMaps(texts: readonly string[]): ReadonlyMap<number, number> | undefined {
  const maps = texts.map(readPortMap);
  if (maps.some((map) => map === undefined)) return undefined;
  return new Map(maps.flatMap((map) => [...map!]));
}

/** The command line as byte strings. */
export function bytesOf(args: readonly string[]): readonly string[] {
  return args.map((word) => Buffer.from(word, 'utf8').toString('latin1'));
}
