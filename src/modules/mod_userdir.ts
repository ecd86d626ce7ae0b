import { readFileSync } from 'node:fs';
import { modUserdir as catalogue } from '../../grammar/catalogue/mod_userdir.ts';
import { hook } from '../pipeline/phases.ts';
import type { RequestRecord } from '../pipeline/request.ts';
import { DECLINED, OK, type HookResult } from '../pipeline/status.ts';
import { escapePath } from '../pipeline/url.ts';
import { defineModule, type Module, type ServedDirective } from './module.ts';
import { statOf } from '../source/stat.ts';

interface UserdirServerConfig {
  /** Places to look at, in order; undefined: no `UserDir` says one. */
  places?: readonly string[];
  isDisabled?: boolean;
  enabled: Set<string>;
  disabled: Set<string>;
}

type Bound =
  | { readonly kind: 'places'; readonly words: readonly string[] }
  | { readonly kind: 'enabled' | 'disabled'; readonly users: readonly string[] };

const userDir: ServedDirective<UserdirServerConfig, undefined, Bound> = {
  bind: (ctx, node) => {
    const words = node.args.map((word) => word.text);
    const keyword = words[0]?.toLowerCase();
    if (keyword === undefined || keyword === '') return ctx.error(node, 'UserDir requires an argument.');
    if (keyword === 'disable' || keyword === 'disabled') return { kind: 'disabled', users: words.slice(1) };
    if (keyword === 'enable' || keyword === 'enabled') return { kind: 'enabled', users: words.slice(1) };
    return { kind: 'places', words };
  },
  apply: ({ server }, value) => {
    if (value.kind === 'places') server.places = value.words;
    else if (value.kind === 'disabled' && value.users.length === 0) server.isDisabled = true;
    else for (const user of value.users) server[value.kind].add(user.toLowerCase());
  },
};

function homeOf(user: string): string | undefined {
  for (const line of readFileSync('/etc/passwd', 'latin1').split('\n')) {
    const fields = line.split(':');
    if (fields[0] === user) return fields[5];
  }
  return undefined;
}

/** Where a place sends a user: to a URL, to a path, or nowhere. @source httpd modules/mappers/mod_userdir.c */
function lookAt(
  place: string,
  user: string,
): { readonly url: string } | { readonly path: string } | undefined {
  const star = place.indexOf('*');
  const before = star < 0 ? undefined : place.slice(0, star);
  const after = star < 0 ? place : place.slice(star + 1);
  if (place.startsWith('/') || after === '') {
    if (before === undefined) return { path: `${place}/${user}` };
    if (before.includes(':') && !place.startsWith('/')) return { url: before + user };
    return { path: before + user + after };
  }
  // What follows the star of a URL goes nowhere.
  if (before?.includes(':')) return { url: before + user };
  if (before !== undefined) return undefined;
  const home = homeOf(user);
  return home === undefined ? undefined : { path: `${home}/${place}` };
}

/** Control characters must not end up in a header. */
function inHeader(path: string): string {
  return /[\x00-\x1f\x7f]/.test(path) ? escapePath(path) : path;
}

function translate(req: RequestRecord): HookResult {
  const config = modUserdir.server(req.server);
  if (!config.places || !req.uri.startsWith('/~')) return DECLINED;
  const slash = req.uri.indexOf('/', 2);
  const user = slash < 0 ? req.uri.slice(2) : req.uri.slice(2, slash);
  const rest = slash < 0 ? '' : req.uri.slice(slash);
  const lower = user.toLowerCase();
  if (user === '' || user === '.' || user === '..' || config.disabled.has(lower)) return DECLINED;
  if (config.isDisabled && !config.enabled.has(lower)) return DECLINED;
  for (const [at, place] of config.places.entries()) {
    const found = lookAt(place, user);
    if (!found) continue;
    if ('url' in found) {
      req.headersOut.set('Location', inHeader(found.url + rest));
      return 302;
    }
    const isLast = at === config.places.length - 1;
    if (!isLast && !statOf(found.path)) continue;
    req.filename = found.path + rest;
    req.contextPrefix = `/~${user}`;
    req.contextDocumentRoot = found.path;
    return OK;
  }
  return DECLINED;
}

/** Homes of the machine's users under `/~user`. */
export const modUserdir: Module<UserdirServerConfig, undefined> = defineModule(catalogue, {
  directives: { UserDir: userDir },
  createServerConfig: () => ({ enabled: new Set(), disabled: new Set() }),
  mergeServerConfig: (base, add) => ({
    ...base,
    ...add,
    enabled: add.enabled.size > 0 ? add.enabled : base.enabled,
    disabled: add.disabled.size > 0 ? add.disabled : base.disabled,
  }),
  hooks: [
    hook('translateName', translate, {
      before: ['mod_vhost_alias'],
      concerns: (server) => modUserdir.server(server).places !== undefined,
    }),
  ],
});
