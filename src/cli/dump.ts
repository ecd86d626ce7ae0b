import { isIPv6 } from 'node:net';
import { findDirective } from '../../grammar/catalogue/index.ts';
import type { ConfigNode } from '../syntax/tree.ts';
import { coreServer, documentRoot } from '../modules/core/access.ts';
import type { ServerRecord } from '../pipeline/server.ts';
import { vhostKey, type IndexedVhost, type VhostSet } from '../plan/vhost-index.ts';
import type { BuiltPlan } from '../server/build-plan.ts';
import { groupId, userId } from '../server/privileges.ts';
import { fileOf, positionOf } from '../source/line-index.ts';
import type { SourceSet, Span } from '../source/source.ts';
import { DUMPS, type ServerArguments } from './arguments.ts';
import { inHttpdOrder } from './built-in.ts';
import type { Configuration } from './configuration.ts';
import { readProcessSettings, type ProcessSettings } from './process-settings.ts';

/** What the `DUMP_` names ask for, as httpd prints it (latin1), and whether `Syntax OK` follows. */
export function dumps(
  configuration: Configuration,
  built: BuiltPlan,
  args: ServerArguments,
): { readonly output: string; readonly saysSyntaxOk: boolean } {
  const asks = (name: string): boolean => args.flags.includes(name);
  const { loaded } = configuration;
  const settings = readProcessSettings(loaded, args.listen, configuration.portMap);
  let output = '';
  if (asks('DUMP_INCLUDES')) output += includesText(configuration);
  if (asks('DUMP_VHOSTS')) output += virtualHostsText(built, loaded.sources);
  if (asks('DUMP_CONFIG')) output += configText(loaded.tree, loaded.sources);
  if (asks('DUMP_RUN_CFG')) output += runConfigText(configuration, built, settings);
  if (asks('DUMP_MODULES')) {
    const lines = inHttpdOrder(loaded.modules).map(({ identifier, kind }) => ` ${identifier} (${kind})\n`);
    output += `Loaded Modules:\n${lines.join('')}`;
  }
  const isSilent = DUMPS.some(asks);
  return { output, saysSyntaxOk: !isSilent };
}

function includesText({ loaded }: Configuration): string {
  let text = 'Included configuration files:\n';
  for (const { file, depth } of loaded.includes) {
    const source = fileOf(loaded.sources, file);
    const line =
      source.includedFrom === undefined ? '*' : positionOf(loaded.sources, source.includedFrom).line;
    text += `${'  '.repeat(depth + 1)}(${line}) ${source.path}\n`;
  }
  return text;
}

/** `ip port` as `-S` writes an address; port 0 is any. */
function showVhostAddress(key: string): {
  readonly address: string;
  readonly ip: string;
  readonly port: string;
} {
  const space = key.lastIndexOf(' ');
  const ip = key.slice(0, space);
  const port = key.slice(space + 1) === '0' ? '*' : key.slice(space + 1);
  return { address: `${isIPv6(ip) ? `[${ip}]` : ip}:${port}`, ip, port };
}

/** Bucket of httpd's address table, whose order `-S` shows. @source httpd server/vhost.c `hash_addr` */
function bucketOf(ip: string): number {
  const bytes = isIPv6(ip) ? lastIpv6Bytes(ip) : ip.split('.').map(Number);
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  let key = ((d << 24) | (c << 16) | (b << 8) | a) >>> 0;
  key ^= key >>> 16;
  return ((key >>> 8) ^ key) & 0xff;
}

function lastIpv6Bytes(ip: string): readonly number[] {
  const dotted = /([0-9.]+)$/.exec(ip)?.[1];
  if (dotted?.includes('.') === true) return dotted.split('.').map(Number);
  const groups = ip.split(':');
  const low = groups.slice(-2).map((group) => parseInt(group || '0', 16));
  return low.flatMap((group) => [group >> 8, group & 0xff]);
}

/**
 * The keys of all addresses in the order of httpd's lists: it goes through the virtual hosts from the last to the first,
 * and puts each new address in front of the others.
 *
 * @source httpd server/vhost.c `ap_fini_vhost_config`
 */
function addressKeys(vhosts: readonly IndexedVhost[]): readonly string[] {
  const keys = new Set(vhosts.toReversed().flatMap(({ addresses }) => addresses.map(vhostKey)));
  return [...keys].reverse();
}

function virtualHostsText({ plan }: BuiltPlan, sources: SourceSet): string {
  const rank = (ip: string): number => (ip === '*' ? 256 : bucketOf(ip));
  const sets = addressKeys(plan.vhosts.vhosts)
    .map((key) => ({ ...showVhostAddress(key), set: plan.vhosts.sets.get(key)! }))
    .sort((a, b) => rank(a.ip) - rank(b.ip));
  const place = ({ span }: ServerRecord): string => {
    if (span === undefined) return '';
    const { path, line } = positionOf(sources, span);
    return `${path}:${line}`;
  };
  let text = 'VirtualHost configuration:\n';
  for (const { address, port, set } of sets) {
    if (set.vhosts.length === 1) {
      text += `${address.padEnd(22)} ${set.defaultServer.hostname} (${place(set.defaultServer)})\n`;
    } else text += `${address.padEnd(22)} is a NameVirtualHost\n${namesText(set, port, place)}`;
  }
  return text;
}

function namesText(set: VhostSet, port: string, place: (server: ServerRecord) => string): string {
  const indent = ' '.repeat(8);
  let text = `${indent} default server ${set.defaultServer.hostname} (${place(set.defaultServer)})\n`;
  for (const { server } of set.vhosts) {
    text += `${indent} port ${port} namevhost ${server.hostname} (${place(server)})\n`;
    const aliases = coreServer(server).serverAliases;
    for (const alias of aliases.filter((name) => !/[*?]/.test(name)))
      text += `${indent}         alias ${alias}\n`;
    for (const alias of aliases.filter((name) => /[*?]/.test(name)))
      text += `${indent}         wild alias ${alias}\n`;
  }
  return text;
}

function runConfigText(configuration: Configuration, { plan }: BuiltPlan, settings: ProcessSettings): string {
  const { loaded } = configuration;
  const main = plan.gateway.mainServer;
  const defines = loaded.definitions.flags.map((flag) => {
    const value = loaded.definitions.variables.get(flag.toLowerCase());
    return `Define: ${flag}${value === undefined ? '' : `=${value}`}\n`;
  });
  const user = settings.user?.text ?? '#-1';
  const group = settings.group?.text ?? '#-1';
  return [
    `ServerRoot: "${loaded.serverRoot}"\n`,
    `Main DocumentRoot: "${documentRoot(main)}"\n`,
    `Main ErrorLog: "${coreServer(main).errorLog?.target ?? `${loaded.serverRoot}/logs/error_log`}"\n`,
    `PidFile: "${settings.pidFile ?? '/run/apache2.pid'}"\n`,
    ...defines,
    `User: name="${user}" id=${userId(user) ?? 4294967295}\n`,
    `Group: name="${group}" id=${groupId(group) ?? 4294967295}\n`,
  ].join('');
}

/** Directives that were carried out while reading and are no longer there. */
const READ_TIME = new Set([
  ...['loadmodule', 'loadfile', 'serverroot', 'defaultruntimedir', 'include', 'includeoptional'],
  ...['define', 'undefine', '<macro', 'use', 'undefmacro'],
]);

/** A directive's name as its module spells it. */
function commandName(name: string): string {
  return findDirective(name.toLowerCase())[0]?.row.name ?? name;
}

function configText(tree: readonly ConfigNode[], sources: SourceSet): string {
  let text = '';
  let file: number | undefined;
  const say = (span: Span): void => {
    if (span.file === file) return;
    file = span.file;
    text += `# In file: ${fileOf(sources, file).path}\n`;
  };
  const write = (nodes: readonly ConfigNode[], indent: string): void => {
    for (const node of nodes) {
      if (READ_TIME.has(node.name.text.toLowerCase())) continue;
      say(node.span);
      text += `${indent}#${String(positionOf(sources, node.span).line).padStart(4)}:\n`;
      if (node.kind === 'directive') {
        text += `${indent}${`${commandName(node.name.text)} ${node.argsText}`.trimEnd()}\n`;
        continue;
      }
      const name = commandName(`<${node.name.text}`);
      text += `${indent}${name} ${node.argsText.trimEnd()}>\n`;
      const lengthBefore = text.length;
      write(node.children, `${indent}  `);
      // httpd ends a section when it comes back from its content.
      if (text.length === lengthBefore) continue;
      say(node.span);
      text += `${indent}</${name.slice(1)}>\n`;
    }
  };
  write(tree, '');
  return text;
}
