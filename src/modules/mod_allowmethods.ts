import { modAllowmethods as catalogue } from '../../grammar/catalogue/mod_allowmethods.ts';
import { isKnownMethod } from '../pipeline/allowed-methods.ts';
import { logRequest } from '../pipeline/log.ts';
import { hook } from '../pipeline/phases.ts';
import type { RequestRecord } from '../pipeline/request.ts';
import { DECLINED, type HookResult } from '../pipeline/status.ts';
import { eachWord } from './arguments.ts';
import { defineModule, type Module, type ServedDirective } from './module.ts';

interface AllowmethodsDirConfig {
  /** GET stands for HEAD too; empty: any method; undefined: inherited. */
  methods?: ReadonlySet<string>;
}

/** HEAD is GET to httpd. */
function numbered(method: string): string {
  return method === 'HEAD' ? 'GET' : method;
}

/** @source httpd modules/aaa/mod_allowmethods.c `am_allowmethods` */
const allowMethods: ServedDirective<undefined, AllowmethodsDirConfig, readonly string[]> = {
  bind: (ctx, node) => {
    const words = eachWord(node);
    if (words.length === 0) return ctx.error(node, "AllowMethods: No method or 'reset' keyword given");
    if (words.length === 1 && words[0]!.text.toLowerCase() === 'reset') return [];
    const bad = words.find(({ text }) => !isKnownMethod(text));
    if (bad) return ctx.error(bad, `AllowMethods: Invalid Method '${bad.text}'`);
    return words.map(({ text }) => numbered(text));
  },
  apply: ({ dir }, methods) => {
    dir.methods = methods.length === 0 ? new Set() : new Set([...(dir.methods ?? []), ...methods]);
  },
};

/** @source httpd modules/aaa/mod_allowmethods.c `am_check_access` */
function checkMethod(req: RequestRecord): HookResult {
  const methods = modAllowmethods.dir(req)?.methods;
  if (!methods || methods.size === 0) return DECLINED;
  if (methods.has(numbered(req.method))) return DECLINED;
  const what = req.filename ?? `uri ${req.uri}`;
  const message = `client method denied by server configuration: '${req.method}' to ${what}`;
  logRequest(req, 'error', 'allowmethods', 'AH01623', message);
  return 405;
}

/** Methods that a directory or location takes. */
export const modAllowmethods: Module<undefined, AllowmethodsDirConfig> = defineModule(catalogue, {
  directives: { AllowMethods: allowMethods },
  createDirConfig: (): AllowmethodsDirConfig => ({}),
  mergeDirConfig: (base, add) => ({ ...base, ...add }),
  hooks: [
    hook('accessChecker', checkMethod, {
      order: 'reallyFirst',
      concerns: (_server, dir) => modAllowmethods.in(dir) !== undefined,
    }),
  ],
});
