import type { DirectiveNode } from '../../syntax/tree.ts';
import { eachWord } from '../arguments.ts';
import { isForbidden } from '../core/bind-checks.ts';
import type { BindContext } from '../module.ts';
import { defineName, isDefined } from './names.ts';

/** Authentication providers by the module that has them. */
const PROVIDER_MODULES: ReadonlyMap<string, string> = new Map([
  ['anon', 'authn_anon'],
  ['dbd', 'authn_dbd'],
  ['dbm', 'authn_dbm'],
  ['file', 'authn_file'],
  ['ldap', 'authnz_ldap'],
  ['socache', 'authn_socache'],
]);
const WITHOUT_DIGEST: ReadonlySet<string> = new Set(['anon', 'ldap']);

function isKnown(ctx: BindContext, name: string): boolean {
  const module = PROVIDER_MODULES.get(name);
  if (module !== undefined) return ctx.hasModule(module);
  // An .htaccess is bound by itself: the server's aliases are not known there.
  return ctx.inHtaccess || isDefined(ctx, 'authnProvider', name);
}

/** Checks `AuthBasicProvider` and its kin: every name must be known by then. */
export function checkProviders(ctx: BindContext, node: DirectiveNode): void {
  const isDigest = /digest/i.test(node.name.text);
  for (const word of eachWord(node)) {
    if (!isKnown(ctx, word.text)) return ctx.error(word, `Unknown Authn provider: ${word.text}`);
    if (isDigest && WITHOUT_DIGEST.has(word.text)) {
      return ctx.error(word, `The '${word.text}' Authn provider doesn't support Digest Authentication`);
    }
  }
}

/** Checks `<AuthnProviderAlias base alias>` and makes the alias known. */
export function checkProviderAlias(ctx: BindContext, node: DirectiveNode): void {
  if (isForbidden(ctx, node, 'globalOnly')) return;
  const [base, alias] = node.args;
  if (!base || !alias) return ctx.error(node, '<AuthnProviderAlias> directive requires additional arguments');
  if (base.text.toLowerCase() === alias.text.toLowerCase()) {
    return ctx.error(alias, 'The alias provider name must be different from the base provider name.');
  }
  if (!isKnown(ctx, base.text)) return ctx.error(base, `Unknown Authn provider: ${base.text}`);
  defineName(ctx, 'authnProvider', alias.text);
}
