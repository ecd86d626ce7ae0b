import type { BoundExpr, BoundRegex, ScopeKind } from '../modules/module.ts';
import type { SectionKind } from '../pipeline/section.ts';
import { normalizePath } from '../pipeline/url.ts';
import type { SectionNode, Word } from '../syntax/tree.ts';
import type { ScopeContext } from './context.ts';

/** What an opening line makes of a section. */
export interface SectionHead {
  readonly section: SectionKind;
  readonly scope: ScopeKind;
  readonly argument: string;
  readonly regex?: BoundRegex;
  readonly expr?: BoundExpr;
}

type HeadBinder = (ctx: ScopeContext, node: SectionNode) => SectionHead | undefined;

const REGEX_MESSAGE = 'Regex could not be compiled';

/** The sections that are scopes of their own, by lower-case name. */
export const SCOPE_SECTIONS: ReadonlyMap<string, HeadBinder> = new Map<string, HeadBinder>([
  ['directory', (ctx, node) => plainOrRegex(ctx, node, 'directory', 'directoryMatch', directoryArgument)],
  // httpd takes a superfluous ~ here, and in no other of the Match sections
  ['directorymatch', (ctx, node) => regexOnly(ctx, node, 'directoryMatch', startsWithTilde(node) ? 1 : 0)],
  ['location', (ctx, node) => plainOrRegex(ctx, node, 'location', 'locationMatch', (word) => word.text)],
  ['locationmatch', (ctx, node) => regexOnly(ctx, node, 'locationMatch')],
  [
    'files',
    (ctx, node) =>
      ctx.isWithin('location', node) || isLimited(ctx, node)
        ? undefined
        : plainOrRegex(ctx, node, 'files', 'filesMatch', (word) => word.text),
  ],
  [
    'filesmatch',
    (ctx, node) =>
      ctx.isWithin('location', node) || isLimited(ctx, node) ? undefined : regexOnly(ctx, node, 'filesMatch'),
  ],
  ['proxy', bindProxy],
  ['proxymatch', (ctx, node) => regexOnly(ctx, node, 'proxyMatch')],
  ['if', (ctx, node) => condition(ctx, node, 'if')],
  ['elseif', (ctx, node) => condition(ctx, node, 'elseIf')],
  ['else', bindElse],
]);

const SCOPES: Readonly<Record<SectionKind, ScopeKind>> = {
  directory: 'directory',
  directoryMatch: 'directory',
  files: 'files',
  filesMatch: 'files',
  location: 'location',
  locationMatch: 'location',
  proxy: 'proxy',
  proxyMatch: 'proxy',
  if: 'if',
  elseIf: 'if',
  else: 'if',
};

function isLimited(ctx: ScopeContext, node: SectionNode): boolean {
  // the containers of Require count as limits, too
  if (!ctx.inlineSections.some((section) => /^(?:limit|require)/.test(section))) return false;
  ctx.error(node, `<${node.name.text}> cannot occur within <Limit> or <LimitExcept> section`);
  return true;
}

function single(ctx: ScopeContext, node: SectionNode, word: Word | undefined): Word | undefined {
  if (node.argsText === '')
    return ctx.error(node, `<${node.name.text}> directive requires additional arguments`);
  return word ?? { text: '', span: node.span };
}

/** Reports words after the one that a section takes; as in httpd, after all that is wrong inside. */
export function refuseExtraArguments(ctx: ScopeContext, node: SectionNode): void {
  const name = node.name.text;
  if (/^(?:proxy|else)$/i.test(name)) return;
  const isCondition = /^(?:else)?if$/i.test(name);
  const isRegex = startsWithTilde(node) && /^(?:directory(?:match)?|location|files)$/i.test(name);
  const extra = node.args[isRegex ? 2 : 1];
  if (extra) ctx.error(extra, `Multiple <${name}> arguments not ${isCondition ? '' : '(yet) '}supported.`);
}

function regexHead(ctx: ScopeContext, word: Word, section: SectionKind): SectionHead | undefined {
  const regex = ctx.regex(word, { message: REGEX_MESSAGE });
  return regex && { section, scope: SCOPES[section], argument: word.text, regex };
}

function startsWithTilde(node: SectionNode): boolean {
  return node.args[0]?.text === '~';
}

function regexOnly(
  ctx: ScopeContext,
  node: SectionNode,
  section: SectionKind,
  at = 0,
): SectionHead | undefined {
  const word = single(ctx, node, node.args[at]);
  return word && regexHead(ctx, word, section);
}

function plainOrRegex(
  ctx: ScopeContext,
  node: SectionNode,
  plain: SectionKind,
  withRegex: SectionKind,
  argumentOf: (word: Word) => string,
): SectionHead | undefined {
  const isRegex = startsWithTilde(node);
  const word = single(ctx, node, node.args[isRegex ? 1 : 0]);
  if (!word) return undefined;
  if (isRegex) return regexHead(ctx, word, withRegex);
  return { section: plain, scope: SCOPES[plain], argument: argumentOf(word) };
}

/** A directory as the walk compares it: absolute, normalised, with a trailing slash. */
function directoryArgument(word: Word): string {
  const absolute = word.text.startsWith('/') ? word.text : `${process.cwd()}/${word.text}`;
  const { path } = normalizePath(absolute, { mergeSlashes: true, decodeUnreserved: false });
  return path.endsWith('/') ? path : `${path}/`;
}

/** Words after the URL are the worker's parameters; mod_proxy reads them. */
function bindProxy(_ctx: ScopeContext, node: SectionNode): SectionHead {
  return { section: 'proxy', scope: 'proxy', argument: (node.args[0]?.text ?? '').replace(/^proxy:/i, '') };
}

function condition(ctx: ScopeContext, node: SectionNode, section: 'if' | 'elseIf'): SectionHead | undefined {
  if (isLimited(ctx, node)) return undefined;
  const [word, extra] = node.args;
  if (!word || node.argsText.trim() === '') {
    return ctx.error(node, `<${node.name.text}> directive requires additional arguments`);
  }
  const expr = ctx.expr(
    word,
    'boolean',
    'Cannot parse condition clause: ',
    extra && 'the condition must be quoted: only its first word is read',
  );
  return expr && { section, scope: 'if', argument: word.text, expr };
}

function bindElse(ctx: ScopeContext, node: SectionNode): SectionHead | undefined {
  if (isLimited(ctx, node)) return undefined;
  if (node.argsText.trim() !== '') return ctx.error(node, '<Else> does not take an argument');
  return { section: 'else', scope: 'if', argument: '' };
}
