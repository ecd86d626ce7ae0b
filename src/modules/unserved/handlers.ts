import { logRequest } from '../../pipeline/log.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { DECLINED, type HookResult } from '../../pipeline/status.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';

/** Handlers of httpd's own modules that are not served, by name: the module that has them, and what is missing. */
const OF_HTTPD: ReadonlyMap<string, { readonly module: string; readonly note: string }> = new Map([
  ['server-status', { module: 'status_module', note: 'There is no status page.' }],
  ['server-info', { module: 'info_module', note: 'There is no page about the configuration.' }],
  ['balancer-manager', { module: 'proxy_balancer_module', note: 'Balancers cannot be changed at run time.' }],
  ['ldap-status', { module: 'ldap_module', note: 'There is no LDAP.' }],
  ['md-status', { module: 'md_module', note: 'No certificates are managed.' }],
  ['heartbeat', { module: 'heartmonitor_module', note: 'No heartbeats are received.' }],
  ['cgi-script', { module: 'cgid_module', note: 'CGI programs are not run: 500.' }],
  ['application/x-httpd-cgi', { module: 'cgid_module', note: 'CGI programs are not run: 500.' }],
  ['lua-script', { module: 'lua_module', note: 'Lua scripts are not run: 500.' }],
  [
    'send-as-is',
    { module: 'asis_module', note: 'Such files are sent like any other, their headers as content.' },
  ],
  ['imap-file', { module: 'imagemap_module', note: 'Such files are sent like any other.' }],
  ['reflector', { module: 'reflector_module', note: 'Request bodies are not sent back.' }],
]);

/** Handlers that run a file as a program, of httpd's modules and of others. Its source is nobody's to read. */
const PROGRAMS: ReadonlySet<string> = new Set([
  'lua-script',
  'fcgid-script',
  'fastcgi-script',
  'perl-script',
  'modperl',
  'wsgi-script',
  'python-program',
  'mod_python',
]);
/** mod_php's names, and those that hosting panels give to theirs. */
const PHP = /^(?:application\/)?x-(?:httpd|mapp)-(?:[a-z]+-)*php|^php[0-9]*-(?:script|source)$/;

function runsPrograms(handler: string): boolean {
  return PROGRAMS.has(handler) || PHP.test(handler);
}

/** What will be different about the handler that a line's first argument names; undefined: nothing, or nobody has it. */
export function unservedHandlerOf(
  node: DirectiveNode,
  hasModule: (identifier: string) => boolean,
): { readonly what: string; readonly note: string } | undefined {
  const handler = node.args[0]?.text.toLowerCase() ?? '';
  const known = OF_HTTPD.get(handler);
  if (known !== undefined ? !hasModule(known.module) : !runsPrograms(handler)) return undefined;
  const note = known?.note ?? 'Such files are neither run nor sent, but answered with 500.';
  return { what: `${node.name.text} ${handler}`, note };
}

/** Keeps the static handler from sending out the source of programs that nobody here runs. */
export function refuseUnservedProgram(req: RequestRecord): HookResult {
  const { handler } = req;
  if (handler === undefined || !runsPrograms(handler)) return DECLINED;
  logRequest(req, 'error', 'core', '', `handler ${handler} is not served: ${req.filename ?? req.uri}`);
  return 500;
}
