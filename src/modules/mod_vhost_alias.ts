import { modVhostAlias as catalogue } from '../../grammar/catalogue/mod_vhost_alias.ts';
import { hook } from '../pipeline/phases.ts';
import type { RequestRecord } from '../pipeline/request.ts';
import { DECLINED, OK, type HookResult } from '../pipeline/status.ts';
import { serverName, serverPort } from '../pipeline/url.ts';
import type { DirectiveNode } from '../syntax/tree.ts';
import { firstArg } from './core/bind-checks.ts';
import { defineModule, type BindContext, type Module, type ServedDirective } from './module.ts';
import { refuseProgram } from './unserved/cgi-program.ts';

/** A path with `%` parts of the host name or address in it; no map: `none`. */
interface VirtualRoot {
  readonly map: string | undefined;
  readonly by: 'name' | 'address';
}

interface VhostAliasServerConfig {
  documentRoot?: VirtualRoot;
  scriptRoot?: VirtualRoot;
}

type Served = ServedDirective<VhostAliasServerConfig, undefined, VirtualRoot>;

const SPECIFIER = /%(?:%|p|(-?)([0-9])(\+?)(?:\.(-?)([0-9])(\+?))?)/g;

/** @source httpd modules/mappers/mod_vhost_alias.c `vhost_alias_set` */
function bindRoot(ctx: BindContext, node: DirectiveNode, by: VirtualRoot['by']): VirtualRoot | undefined {
  const word = firstArg(node);
  if (!word.text.startsWith('/')) {
    if (word.text.toLowerCase() === 'none') return { map: undefined, by };
    return ctx.error(word, "format string must be an absolute path, or 'none'");
  }
  const rest = word.text.replace(SPECIFIER, (_whole, ...[, , , , , , at, text]) =>
    String(text).startsWith('.', Number(at) + String(_whole).length) && /[0-9]\+?$/.test(String(_whole))
      ? '%'
      : '',
  );
  if (rest.includes('%')) return ctx.error(word, 'syntax error in format string');
  return { map: word.text, by };
}

function root(field: keyof VhostAliasServerConfig, by: VirtualRoot['by']): Served {
  return {
    bind: (ctx, node) => bindRoot(ctx, node, by),
    apply: ({ server }, value) => {
      server[field] = value;
    },
  };
}

/** One side of a specifier: item `n` counted from the left or (`isFromEnd`) the right, alone or with all beyond it. */
function pick(
  items: readonly string[],
  n: number,
  isFromEnd: boolean,
  isOpen: boolean,
  glue: string,
): string {
  if (n === 0) return items.join(glue);
  if (n > items.length) return '_';
  if (!isFromEnd) return isOpen ? items.slice(n - 1).join(glue) : items[n - 1]!;
  const end = items.length - n + 1;
  return isOpen ? items.slice(0, end).join(glue) : items[end - 1]!;
}

/** @source httpd modules/mappers/mod_vhost_alias.c `vhost_alias_interpolate` */
function interpolate(req: RequestRecord, name: string, map: string): string {
  return map.replace(
    SPECIFIER,
    (whole, dash: string, n: string, plus: string, dash2: string, m: string, plus2: string) => {
      if (whole === '%%') return '%';
      if (whole === '%p') return String(serverPort(req));
      const part = pick(name.split('.'), Number(n), dash === '-', plus === '+', '.');
      const chars = m === undefined ? part : pick([...part], Number(m), dash2 === '-', plus2 === '+', '');
      return chars.toLowerCase();
    },
  );
}

function translate(req: RequestRecord): HookResult {
  const config = modVhostAlias.server(req.server);
  const script = /^\/*cgi-bin(\/.*)$/s.exec(req.uri);
  const uri = script ? script[1]! : req.uri;
  if (!uri.startsWith('/')) return DECLINED;
  const virtual = script ? config.scriptRoot : config.documentRoot;
  if (virtual?.map === undefined) return DECLINED;
  const name = virtual.by === 'name' ? serverName(req) : req.connection.localAddress;
  const written = interpolate(req, name, virtual.map);
  const directory = virtual.map.endsWith('/') ? written.slice(0, -1) : written;
  req.filename = directory + uri;
  req.documentRoot = directory;
  req.contextPrefix = script ? '/cgi-bin' : '';
  req.contextDocumentRoot = directory;
  if (script) {
    req.handler = 'cgi-script';
    req.notes.set('alias-forced-type', 'cgi-script');
  }
  return OK;
}

/** Document roots named after the host that was asked for. */
export const modVhostAlias: Module<VhostAliasServerConfig, undefined> = defineModule(catalogue, {
  directives: {
    VirtualDocumentRoot: root('documentRoot', 'name'),
    VirtualScriptAlias: root('scriptRoot', 'name'),
    VirtualDocumentRootIP: root('documentRoot', 'address'),
    VirtualScriptAliasIP: root('scriptRoot', 'address'),
  },
  createServerConfig: () => ({}),
  mergeServerConfig: (base, add) => ({ ...base, ...add }),
  hooks: [
    hook('translateName', translate),
    hook('handler', (req) => (req.notes.has('alias-forced-type') ? refuseProgram(req) : DECLINED)),
  ],
});
