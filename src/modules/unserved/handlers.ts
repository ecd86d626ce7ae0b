import { logRequest } from '../../pipeline/log.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { DECLINED, type HookResult } from '../../pipeline/status.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';

interface UnservedHandler {
  /** Each of these modules has it. */
  readonly modules: readonly string[];
  readonly note: string;
}

/** What becomes of a CGI program. */
export const CGI_NOTE = 'CGI programs are not run: 500.';
const CGI: UnservedHandler = { modules: ['cgid_module', 'cgi_module'], note: CGI_NOTE };

/** Handlers of httpd's own modules that are not served, by name: the modules that have them, and what is missing. */
const OF_HTTPD: ReadonlyMap<string, UnservedHandler> = new Map([
  ['server-status', { modules: ['status_module'], note: 'There is no status page.' }],
  ['server-info', { modules: ['info_module'], note: 'There is no page about the configuration.' }],
  [
    'balancer-manager',
    { modules: ['proxy_balancer_module'], note: 'Balancers cannot be changed at run time.' },
  ],
  ['ldap-status', { modules: ['ldap_module'], note: 'There is no LDAP.' }],
  ['md-status', { modules: ['md_module'], note: 'No certificates are managed.' }],
  ['heartbeat', { modules: ['heartmonitor_module'], note: 'No heartbeats are received.' }],
  ['cgi-script', CGI],
  ['application/x-httpd-cgi', CGI],
  ['lua-script', { modules: ['lua_module'], note: 'Lua scripts are not run: 500.' }],
  [
    'send-as-is',
    { modules: ['asis_module'], note: 'Such files are sent like any other, their headers as content.' },
  ],
  ['imap-file', { modules: ['imagemap_module'], note: 'Such files are sent like any other.' }],
  ['reflector', { modules: ['reflector_module'], note: 'Request bodies are not sent back.' }],
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
  if (known ? !known.modules.some(hasModule) : !runsPrograms(handler)) return undefined;
  const note =
    known?.note ??
    'Such files are neither run nor sent, but answered with 500, unless another line gives them a handler.';
  return { what: `${node.name.text} ${handler}`, note };
}

/** Keeps the static handler from sending out the source of programs that nobody here runs. */
export function refuseUnservedProgram(req: RequestRecord): HookResult {
  const { handler } = req;
  if (handler === undefined || !runsPrograms(handler)) return DECLINED;
  logRequest(req, 'error', 'core', '', `handler ${handler} is not served: ${req.filename ?? req.uri}`);
  return 500;
}
