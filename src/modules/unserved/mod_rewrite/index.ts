import { modRewrite as catalogue } from '../../../../grammar/catalogue/mod_rewrite.ts';
import type { DirectiveNode, SectionNode, Word } from '../../../syntax/tree.ts';
import { eachWord } from '../../arguments.ts';
import { firstArg } from '../../core/bind-checks.ts';
import { defineModule, type BindContext } from '../../module.ts';
import { conditionFlagProblem, refusesRequest, ruleFlagProblem, splitFlags } from './flags.ts';
import { bindRewriteLine, splitRewriteLine } from './line.ts';
import { statOf } from '../../../source/stat.ts';

/** Checks a flag list; false when it was refused. */
function checkFlags(
  ctx: BindContext,
  node: DirectiveNode,
  word: Word | undefined,
  problemOf: (name: string, value: string) => string | undefined,
): boolean {
  if (!word) return true;
  const flags = splitFlags(word.text);
  const problem =
    typeof flags === 'string'
      ? flags
      : flags.map(({ name, value }) => problemOf(name, value)).find((found) => found !== undefined);
  if (problem === undefined) return true;
  ctx.error(word, `${node.name.text}: ${problem}`);
  return false;
}

function hasFlag(word: Word | undefined, ...names: readonly string[]): boolean {
  const flags = word && splitFlags(word.text);
  return (
    Array.isArray(flags) && flags.some(({ name }: { name: string }) => names.includes(name.toLowerCase()))
  );
}

function checkRegex(ctx: BindContext, node: DirectiveNode, pattern: Word, caseless: boolean): void {
  const isNegated = pattern.text.startsWith('!');
  const word = isNegated ? { ...pattern, text: pattern.text.slice(1) } : pattern;
  const message = `${node.name.text}: cannot compile regular expression '${word.text}'`;
  ctx.regex(word, { caseless, message });
}

function bindRule(ctx: BindContext, node: DirectiveNode): void {
  const line = bindRewriteLine(ctx, node);
  if (!line || !checkFlags(ctx, node, line.flags, ruleFlagProblem)) return;
  checkRegex(ctx, node, line.first, hasFlag(line.flags, 'nc', 'nocase'));
}

/** File tests, comparisons and integer comparisons: no regular expression. @source httpd mod_rewrite.c `cmd_rewritecond` */
const NO_REGEX = /^!?(?:-[fslhdxFUL]$|[<>=]|-(?:lt|le|eq|ge|gt|ne)(?:$|[^a-z]))/;

function bindCondition(ctx: BindContext, node: DirectiveNode): void {
  const line = bindRewriteLine(ctx, node);
  if (!line || !checkFlags(ctx, node, line.flags, conditionFlagProblem)) return;
  const { first, second, flags } = line;
  if (first.text.toLowerCase() === 'expr') {
    ctx.expr(second, 'boolean', `RewriteCond: cannot compile expression "${second.text}" `);
  } else if (!NO_REGEX.test(second.text)) {
    checkRegex(ctx, node, second, hasFlag(flags, 'nc', 'nocase'));
    return;
  }
  if (hasFlag(flags, 'nc', 'nocase')) {
    ctx.warn(
      flags!,
      `NoCase option for non-regex pattern '${second.text}' is not supported and will be ignored.`,
    );
  }
}

function bindBase(ctx: BindContext, node: DirectiveNode): void {
  const word = firstArg(node);
  if (ctx.path === undefined) ctx.error(node, 'RewriteBase: only valid in per-directory config files');
  else if (!word.text.startsWith('/')) ctx.error(word, 'RewriteBase: argument is not a valid URL');
}

const OPTIONS: ReadonlySet<string> = new Set([
  'inherit', 'inheritbefore', 'inheritdown', 'inheritdownbefore', 'ignoreinherit', 'allownoslash', 'allowanyuri',
  'mergebase', 'ignorecontextinfo', 'legacyprefixdocroot',
]); // prettier-ignore

function bindOptions(ctx: BindContext, node: DirectiveNode): void {
  for (const word of eachWord(node)) {
    if (/^maxredirects=/i.test(word.text)) {
      ctx.warn(
        word,
        'MaxRedirects option has been removed in favor of the global LimitInternalRecursion directive and will be ignored.',
      );
    } else if (!OPTIONS.has(word.text.toLowerCase())) {
      ctx.error(word, `RewriteOptions: unknown option '${word.text}'`);
      return;
    }
  }
}

const INTERNAL_MAPS: ReadonlySet<string> = new Set(['tolower', 'toupper', 'escape', 'unescape']);
const DBM_TYPES: ReadonlyMap<string, string> = new Map([
  ['default', ''],
  ['sdbm', '.dir'],
  ['gdbm', ''],
  ['ndbm', ''],
  ['db', ''],
]);

/** @source httpd modules/mappers/mod_rewrite.c `cmd_rewritemap` */
function bindMap(ctx: BindContext, node: DirectiveNode): void {
  const [name, target] = node.args;
  if (!name || !target || /^(?:dbd|fastdbd):/.test(target.text)) return;
  const [, kind, type, rest] = /^(txt|rnd|dbm|int|prg)(?:=([^:]*))?:(.*)$/s.exec(target.text) ?? [];
  if (kind === 'int') {
    if (!INTERNAL_MAPS.has(rest!)) ctx.error(target, `RewriteMap: internal map not found:${rest}`);
    return;
  }
  const suffix = kind === 'dbm' ? DBM_TYPES.get(type ?? 'default') : '';
  if (suffix === undefined) {
    ctx.error(target, `RewriteMap: dbm type ${type} is invalid`);
    return;
  }
  if (rest === '' || !ctx.mayTouchDisk) return;
  const path = (rest ?? target.text).startsWith('/')
    ? (rest ?? target.text)
    : ctx.serverRootRelative(rest ?? target.text);
  if (!statOf(path + suffix)) {
    ctx.error(target, `RewriteMap: file for map ${name.text} not found:${path}${suffix}`);
  }
}

/** Whether a rule refuses requests. */
function isRefusal(node: DirectiveNode | SectionNode): boolean {
  const flags = splitRewriteLine(node.argsText)?.words[2];
  if (!flags) return false;
  const list = splitFlags(node.argsText.slice(flags.start, flags.end));
  return typeof list !== 'string' && list.some(refusesRequest);
}

/** Rewriting, of which only the lines are checked. */
export const modRewrite = defineModule(catalogue, {
  directives: {
    RewriteEngine: { accepted: 'Takes effect through RewriteRule.' },
    RewriteRule: { notServed: 'The URL is not rewritten.', security: isRefusal, bind: bindRule },
    RewriteCond: { accepted: 'Takes effect through RewriteRule.', bind: bindCondition },
    RewriteBase: { accepted: 'Takes effect through RewriteRule.', bind: bindBase },
    RewriteOptions: { accepted: 'Takes effect through RewriteRule.', bind: bindOptions },
    RewriteMap: { accepted: 'Takes effect through RewriteRule.', bind: bindMap },
  },
});
