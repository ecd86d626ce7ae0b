import { compileCondition } from '../../expr/compile.ts';
import { mustCompilePcre } from '../../pattern/pcre.ts';
import type { DirectiveNode, Word } from '../../syntax/tree.ts';
import { eachWord } from '../arguments.ts';
import type { BindContext, BoundExpr, BoundRegex, ServedDirective } from '../module.ts';
import { plainText } from './plain-text.ts';
import type { Assignment, Attribute, SetEnvIfConfig, SetEnvIfEntry } from './config.ts';

interface BoundEntry {
  readonly attribute: string;
  /** The attribute read as a pattern of header names. */
  readonly headerPattern: BoundRegex | undefined;
  readonly pattern: BoundRegex;
  readonly assignments: readonly Assignment[];
}

interface BoundExprEntry {
  readonly expr: BoundExpr;
  readonly assignments: readonly Assignment[];
}

type Served<V> = ServedDirective<SetEnvIfConfig, SetEnvIfConfig, V>;

const SPECIAL_ATTRIBUTES: ReadonlySet<string> = new Set([
  'remote_addr',
  'remote_host',
  'remote_user',
  'request_uri',
  'request_method',
  'request_protocol',
  'server_addr',
]);

/** `name=value`, `name` for 1, `!name`; a later word about the same name replaces an earlier one. */
function assignments(words: readonly Word[]): Assignment[] {
  const byName = new Map<string, Assignment>();
  for (const { text } of words) {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    const value = equals < 0 ? '' : text.slice(equals + 1);
    const isUnset = value.startsWith('!') || (value === '' && name.startsWith('!'));
    const bare = value === '' && isUnset ? name.slice(1) : name;
    const lower = bare.toLowerCase();
    byName.set(lower, { name: byName.get(lower)?.name ?? bare, value: isUnset ? undefined : value || '1' });
  }
  return [...byName.values()];
}

/** A pattern without special characters is no regular expression to httpd: a backslash at its end counts for nothing. */
function withoutLoneBackslash(pattern: Word): Word {
  const isPlain = /^(?:[^\\^.$|()[\]*+?{}]|\\[\\^.$|()[\]*+?{}])*\\$/.test(pattern.text);
  return isPlain ? { ...pattern, text: pattern.text.slice(0, -1) } : pattern;
}

function bindMatch(
  ctx: BindContext,
  node: DirectiveNode,
  caseless: boolean,
  fixed?: string,
): BoundEntry | undefined {
  const name = node.name.text;
  const words = [...eachWord(node)];
  const attribute = fixed === undefined ? words.shift() : undefined;
  if (fixed === undefined && !attribute) return ctx.error(node, `Missing header-field name for ${name}`);
  const source = words.shift();
  if (!source) return ctx.error(node, `Missing regular expression for ${name}`);
  const pattern = ctx.regex(withoutLoneBackslash(source), {
    caseless,
    message: `${name} regex could not be compiled.`,
  });
  if (!pattern) return undefined;
  let headerPattern: BoundRegex | undefined;
  if (attribute && !/^[-A-Za-z0-9_]*$/.test(attribute.text)) {
    headerPattern = ctx.regex(attribute, {
      caseless,
      message: `${name}Header name regex could not be compiled.`,
    });
    if (!headerPattern) return undefined;
  }
  if (words.length === 0) return ctx.error(node, `Missing envariable expression for ${name}`);
  return { attribute: fixed ?? attribute!.text, headerPattern, pattern, assignments: assignments(words) };
}

function attributeOf(value: BoundEntry): Attribute {
  const lower = value.attribute.toLowerCase();
  if (SPECIAL_ATTRIBUTES.has(lower)) return { kind: 'special', name: lower };
  if (value.headerPattern) {
    const { source, caseless } = value.headerPattern;
    return { kind: 'headers', pattern: mustCompilePcre(source, { caseless }) };
  }
  return { kind: 'named', name: value.attribute };
}

/** The entry, and whether it asks about the same attribute as the one before it in its list. */
function matchEntry(value: BoundEntry, previous: SetEnvIfEntry | undefined): SetEnvIfEntry {
  const { source, caseless } = value.pattern;
  const text = plainText(source);
  return {
    kind: 'match',
    attribute: attributeOf(value),
    attributeName: value.attribute.toLowerCase(),
    repeatsAttribute: previous?.kind === 'match' && previous.attributeName === value.attribute.toLowerCase(),
    text: text === undefined ? undefined : caseless ? text.toLowerCase() : text,
    caseless,
    pattern: text === undefined ? mustCompilePcre(source, { caseless }) : undefined,
    assignments: value.assignments,
  };
}

function matching(caseless: boolean, attribute?: string): Served<BoundEntry> {
  return {
    bind: (ctx, node) => bindMatch(ctx, node, caseless, attribute),
    apply: ({ server, dir }, value, ctx) => {
      const { entries } = ctx.path === undefined ? server : dir;
      entries.push(matchEntry(value, entries.at(-1)));
    },
  };
}

const byExpression: Served<BoundExprEntry> = {
  bind: (ctx, node) => {
    const [condition, ...words] = eachWord(node);
    if (!condition) return ctx.error(node, 'Missing expression for SetEnvIfExpr');
    const expr = ctx.expr(condition, 'boolean', `Could not parse expression "${condition.text}": `);
    if (!expr) return undefined;
    if (words.length === 0) return ctx.error(node, 'Missing envariable expression for SetEnvIfExpr');
    return { expr, assignments: assignments(words) };
  },
  apply: ({ server, dir }, value, ctx) => {
    const condition = compileCondition(value.expr.node);
    (ctx.path === undefined ? server : dir).entries.push({
      kind: 'expr',
      condition,
      assignments: value.assignments,
    });
  },
};

export const setEnvIfDirectives = {
  SetEnvIf: matching(false),
  SetEnvIfNoCase: matching(true),
  SetEnvIfExpr: byExpression,
  BrowserMatch: matching(false, 'User-Agent'),
  BrowserMatchNoCase: matching(true, 'User-Agent'),
};
