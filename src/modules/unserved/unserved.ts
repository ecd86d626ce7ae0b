import type { ModuleCatalogue } from '../../../grammar/catalogue/types.ts';
import type { AcceptedDirective, BindContext, DirectiveDefinition, UnservedDirective } from '../module.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';

type Entry = AcceptedDirective | UnservedDirective;
type Entries<C extends ModuleCatalogue> = {
  readonly [K in keyof C['directives']]: DirectiveDefinition<undefined, undefined>;
};

/** Checks a line as the module that would serve it does; what it gives is not used. */
export type Check = (ctx: BindContext, node: DirectiveNode) => unknown;

/**
 * One entry for every directive of a module: `rest`, but for those that `own` names.
 *
 * @param checks what the module refuses about a line, by directive
 */
export function unserved<const C extends ModuleCatalogue>(
  catalogue: C,
  rest: Entry,
  own: { readonly [K in keyof C['directives']]?: Entry } = {},
  checks: { readonly [K in keyof C['directives']]?: Check } = {},
): Entries<C> {
  const entries = Object.keys(catalogue.directives).map((name) => {
    const entry = own[name as keyof C['directives']] ?? rest;
    const check = checks[name as keyof C['directives']];
    return [name, check === undefined ? entry : { ...entry, bind: check }];
  });
  return Object.fromEntries(entries) as Entries<C>;
}

/** For the directives that only tune something whose absence another directive's entry already tells. */
export function tunes(what: string): AcceptedDirective {
  return { accepted: `Tunes ${what}, which is not served.` };
}

/** True when the first word is `on` in any case. */
export function isOn(node: { readonly args: readonly { readonly text: string }[] }): boolean {
  return node.args[0]?.text.toLowerCase() === 'on';
}

/** A test for a first word other than `word`, in any case. */
export function isNot(
  word: string,
): (node: { readonly args: readonly { readonly text: string }[] }) => boolean {
  return (node) => node.args[0]?.text.toLowerCase() !== word;
}
