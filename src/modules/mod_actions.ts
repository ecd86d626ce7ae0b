import { modActions as catalogue } from '../../grammar/catalogue/mod_actions.ts';
import { logRequest } from '../pipeline/log.ts';
import { hook } from '../pipeline/phases.ts';
import { internalRedirect } from '../pipeline/redirect.ts';
import type { RequestRecord } from '../pipeline/request.ts';
import { DECLINED, OK, type HookResult } from '../pipeline/status.ts';
import { escapePath } from '../pipeline/url.ts';
import { defineModule, type Module, type ServedDirective } from './module.ts';

interface Action {
  readonly script: string;
  /** The requested file need not exist. */
  readonly isVirtual: boolean;
}

interface ActionsDirConfig {
  /** By handler name or media type, in lower case. */
  actions: Map<string, Action>;
  /** By method. */
  scripts: Map<string, string>;
}

type Served<V> = ServedDirective<undefined, ActionsDirConfig, V>;

const action: Served<{ readonly name: string } & Action> = {
  bind: (ctx, node) => {
    const [name, script, option] = node.args;
    if (!name || !script) return undefined;
    if (option && option.text.toLowerCase() !== 'virtual') {
      return ctx.error(option, `unrecognized option '${option.text}'`);
    }
    return { name: name.text, script: script.text, isVirtual: option !== undefined };
  },
  apply: ({ dir }, { name, script, isVirtual }) => dir.actions.set(name.toLowerCase(), { script, isVirtual }),
};

const script: Served<{ readonly method: string; readonly path: string }> = {
  bind: (ctx, node) => {
    const [method, path] = node.args;
    if (!method || !path) return undefined;
    if (method.text === 'TRACE') return ctx.error(method, 'TRACE not allowed for Script');
    return { method: method.text, path: path.text };
  },
  apply: ({ dir }, { method, path }) => dir.scripts.set(method, path),
};

/** Script of the request's method; for GET and HEAD only with a query. */
function methodScript(req: RequestRecord, scripts: ReadonlyMap<string, string>): string | undefined {
  if (req.method !== 'GET' && req.method !== 'HEAD') return scripts.get(req.method);
  return req.args === undefined ? undefined : scripts.get('GET');
}

/** @source httpd modules/mappers/mod_actions.c `action_handler` */
function handle(req: RequestRecord): HookResult | Promise<HookResult> {
  const dir = modActions.dir(req);
  if (!dir) return DECLINED;
  let path = methodScript(req, dir.scripts);
  if (path !== undefined && req.prev?.prev) return DECLINED;
  const name = req.handler ?? req.contentType?.split(';', 1)[0]!.trim();
  const found = name === undefined ? undefined : dir.actions.get(name.toLowerCase());
  if (found) {
    if (!found.isVirtual && req.finfo === undefined) {
      logRequest(req, 'info', 'actions', 'AH00652', `File does not exist: ${req.filename ?? ''}`);
      return 404;
    }
    path = found.script;
    req.subprocessEnv.set('HANDLER', name!);
    if (found.isVirtual) req.notes.set('virtual_script', '1');
  }
  if (path === undefined) return DECLINED;
  const uri = path + escapePath(req.uri) + (req.args === undefined ? '' : `?${req.args}`);
  const redirected = internalRedirect(req, uri, (next) => {
    if (req.handler !== undefined) next.inheritedType = req.contentType;
  });
  return redirected instanceof Promise ? redirected.then(() => OK) : OK;
}

/** Scripts that answer for a media type, a handler name or a method. */
export const modActions: Module<undefined, ActionsDirConfig> = defineModule(catalogue, {
  directives: { Action: action, Script: script },
  createDirConfig: () => ({ actions: new Map(), scripts: new Map() }),
  mergeDirConfig: (base, add) => ({
    actions: new Map([...base.actions, ...add.actions]),
    scripts: new Map([...base.scripts, ...add.scripts]),
  }),
  hooks: [hook('handler', handle, { order: 'last' })],
});
