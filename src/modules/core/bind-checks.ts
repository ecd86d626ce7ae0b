import type { DirectiveNode, SectionNode, Word } from '../../syntax/tree.ts';
import type { BindContext, ScopeKind } from '../module.ts';

const SECTION_NAMES: Partial<Record<ScopeKind, string>> = {
  directory: 'Directory',
  location: 'Location',
  files: 'Files',
  if: 'If',
  proxy: 'Proxy',
};

/** Scopes in which a directive must not stand, beyond what its context mask says. */
export type Forbidden = readonly ScopeKind[] | 'anyDirectory' | 'globalOnly';

/**
 * Reports a directive that stands where httpd's own check forbids it.
 *
 * @returns true when it is forbidden (and was reported)
 * @source httpd server/core.c `ap_check_cmd_context`
 */
export function isForbidden(
  ctx: BindContext,
  node: DirectiveNode | SectionNode,
  forbidden: Forbidden,
): boolean {
  const name = node.kind === 'section' ? `<${node.name.text}>` : node.name.text;
  if (forbidden === 'globalOnly' || forbidden === 'anyDirectory') {
    if (ctx.inHtaccess) {
      ctx.error(node, `${name} cannot occur within htaccess files`);
      return true;
    }
    if (forbidden === 'globalOnly' && ctx.inVhost) {
      ctx.error(node, `${name} cannot occur within <VirtualHost> section`, 'move it to the main server');
      return true;
    }
    if (isLimited(ctx)) {
      ctx.error(node, `${name} cannot occur within <Limit> or <LimitExcept> section`);
      return true;
    }
    if (ctx.path !== undefined) {
      ctx.error(node, `${name} cannot occur within directory context`);
      return true;
    }
    return false;
  }
  if (forbidden.some((kind) => kind !== 'vhost' && kind !== 'htaccess') && isLimited(ctx)) {
    ctx.error(node, `${name} cannot occur within <Limit> or <LimitExcept> section`);
    return true;
  }
  for (let i = ctx.scopes.length - 1; i >= 0; i--) {
    const kind = ctx.scopes[i]!.kind;
    if (!forbidden.includes(kind)) continue;
    const where =
      kind === 'vhost'
        ? '<VirtualHost> section'
        : kind === 'htaccess'
          ? 'htaccess files'
          : `<${SECTION_NAMES[kind] ?? kind}> section`;
    ctx.error(node, `${name} cannot occur within ${where}`);
    return true;
  }
  return false;
}

function isLimited(ctx: BindContext): boolean {
  return ctx.inlineSections.some((section) => section.startsWith('limit'));
}

/** Value of an `On`/`Off` word in any case; the shape check has already refused anything else. */
export function flag(node: DirectiveNode): boolean {
  return node.args[0]?.text.toLowerCase() === 'on';
}

/** The first argument; the shape check has made sure of it. */
export function firstArg(node: DirectiveNode): Word {
  return node.args[0] ?? { text: '', span: node.span };
}

/** Leading integer of a text as C's atoi reads it: white space, sign, digits; 0 when there are none. */
export function atoi(text: string): number {
  const digits = /^[ \t\n\v\f\r]*([+-]?[0-9]{1,15})/.exec(text)?.[1];
  return digits === undefined ? 0 : Number.parseInt(digits, 10);
}

/** A binder for the first argument: one of some words, in any case; `message` is said for any other. */
export function oneOf<T extends string>(words: readonly T[], message: string) {
  return (ctx: BindContext, node: DirectiveNode): T | undefined => {
    const word = firstArg(node);
    return words.find((candidate) => candidate === word.text.toLowerCase()) ?? ctx.error(word, message);
  };
}
