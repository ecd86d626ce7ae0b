import type { Report } from '../../diagnostics/diagnostic.ts';
import type { DirectiveNode, Word } from '../../syntax/tree.ts';
import { isForbidden } from '../core/bind-checks.ts';
import type { BindContext } from '../module.ts';
import { bindRequirement, type Requirement } from './providers.ts';

/** Requirements with a name of their own, by the binding they belong to: one binding has one `report`. */
const aliases = new WeakMap<Report, Map<string, Requirement>>();

/** The requirement that an earlier `<AuthzProviderAlias>` of this configuration gave a name; not seen from `.htaccess`. */
export function requirementOfAlias(ctx: BindContext, name: string): Requirement | undefined {
  return aliases.get(ctx.report)?.get(name);
}

/** Binds `<AuthzProviderAlias base alias [arguments]>`, for the Require lines after it. @source httpd mod_authz_core */
export function bindAlias(ctx: BindContext, node: DirectiveNode): void {
  if (isForbidden(ctx, node, 'globalOnly')) return;
  const [base, alias, args] = node.args;
  if (!base || !alias) return ctx.error(node, '<AuthzProviderAlias> directive requires additional arguments');
  if (base.text === alias.text) {
    return ctx.error(alias, 'The alias provider name must be different from the base provider name.');
  }
  // the third argument is what would follow the provider's name on a Require line
  const words: Word = { text: args?.text ?? '', span: args?.span ?? node.span };
  const requirement =
    requirementOfAlias(ctx, base.text) ?? bindRequirement(ctx, { ...node, args: [] }, base, words);
  if (!requirement) return;
  const known = aliases.get(ctx.report) ?? new Map<string, Requirement>();
  aliases.set(ctx.report, known.set(alias.text, requirement));
}
