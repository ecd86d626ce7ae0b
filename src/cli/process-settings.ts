import type { LoadResult } from '../load/request.ts';
import { parseListenAddress } from '../server/listen-address.ts';
import { groupId, userId, userName, type RunAs } from '../server/privileges.ts';
import type { PlacedAddress } from '../server/settings.ts';
import type { Span } from '../source/source.ts';
import type { DirectiveNode } from '../syntax/tree.ts';

/** httpd's own number when ListenBacklog is not set. */
const DEFAULT_BACKLOG = 511;

/** Directives of the main server outside any section, by lower-case name, in order. */
export function mainDirectives(loaded: LoadResult): ReadonlyMap<string, readonly DirectiveNode[]> {
  const found = new Map<string, DirectiveNode[]>();
  for (const node of loaded.tree) {
    if (node.kind !== 'directive') continue;
    const name = node.name.text.toLowerCase();
    const list = found.get(name);
    if (list === undefined) found.set(name, [node]);
    else list.push(node);
  }
  return found;
}

export interface SettingProblem {
  readonly message: string;
  readonly span: Span | undefined;
}

/** What the configuration says about the process as a whole. */
export interface ProcessSettings {
  readonly listen: readonly PlacedAddress[];
  readonly backlog: number;
  /** Absolute path; undefined: not set. */
  readonly pidFile: string | undefined;
  readonly user: { readonly text: string; readonly span: Span } | undefined;
  readonly group: { readonly text: string; readonly span: Span } | undefined;
  readonly gracefulTimeoutMs: number;
  readonly problems: readonly SettingProblem[];
}

/**
 * Listen, ListenBacklog, PidFile, User, Group and GracefulShutdownTimeout of a configuration.
 *
 * @param listenInstead addresses to open instead of those of the Listen lines
 * @param portMap ports to open in the place of those that the configuration names
 */
export function readProcessSettings(
  loaded: LoadResult,
  listenInstead: readonly string[],
  portMap: ReadonlyMap<number, number>,
): ProcessSettings {
  const directives = mainDirectives(loaded);
  const problems: SettingProblem[] = [];
  const lastOf = (name: string): { readonly text: string; readonly span: Span } | undefined => {
    const word = directives.get(name)?.at(-1)?.args[0];
    return word && { text: word.text, span: word.span };
  };
  const listen: PlacedAddress[] = [];
  const add = (text: string, protocol: string | undefined, span: Span | undefined): void => {
    const address = parseListenAddress(text, protocol);
    if ('error' in address) problems.push({ message: address.error, span });
    else {
      const port = portMap.get(address.port) ?? address.port;
      listen.push({ address: { ...address, port }, span });
    }
  };
  if (listenInstead.length > 0) for (const text of listenInstead) add(text, undefined, undefined);
  else {
    for (const { args: words } of directives.get('listen') ?? []) {
      const [text, protocol] = words;
      if (text !== undefined) add(text.text, protocol?.text.toLowerCase(), text.span);
    }
  }
  const pidFile = lastOf('pidfile')?.text;
  return {
    listen,
    backlog: Number(lastOf('listenbacklog')?.text) || DEFAULT_BACKLOG,
    pidFile: pidFile === undefined || pidFile.startsWith('/') ? pidFile : `${loaded.serverRoot}/${pidFile}`,
    user: lastOf('user'),
    group: lastOf('group'),
    gracefulTimeoutMs: (Number(lastOf('gracefulshutdowntimeout')?.text) || 0) * 1000,
    problems,
  };
}

/** Users that a system keeps for servers, tried in turn when the configuration names none. */
const FALLBACK_USERS = ['www-data', 'nobody'];

/**
 * Who serves when the gateway was started as root; undefined: it was not.
 *
 * @param note told when the configuration names no user
 */
export function resolveRunAs(
  settings: ProcessSettings,
  note: (message: string) => void,
): RunAs | { readonly error: string; readonly span: Span | undefined } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  let user = settings.user?.text;
  if (user === undefined) {
    user = FALLBACK_USERS.find((name) => userId(name) !== undefined) ?? '#65534';
    note(`no User: serving as ${user}`);
  }
  const uid = userId(user);
  if (uid === undefined) return { error: `bad user name ${user}`, span: settings.user?.span };
  const group = settings.group?.text ?? (settings.user === undefined ? primaryGroup(user) : `#${uid}`);
  const gid = groupId(group);
  if (gid === undefined) return { error: `bad group name ${group}`, span: settings.group?.span };
  if (uid === 0) return { error: 'serving as root is refused: User names uid 0', span: settings.user?.span };
  return { uid, gid, user: userName(uid) ?? user };
}

function primaryGroup(user: string): string {
  return groupId(user) === undefined ? (groupId('nogroup') === undefined ? '#65534' : 'nogroup') : user;
}
