import { compileFnmatch, compileStrcmpMatch, isWildcard } from '../../pattern/fnmatch.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';
import { eachWord } from '../arguments.ts';
import { firstArg, flag } from '../core/bind-checks.ts';
import type { ApplyContext, BindContext, ServedDirective } from '../module.ts';
import type { AutoindexDirConfig, EntryItem, SortDirection, SortKey } from './config.ts';

type Served<V> = ServedDirective<undefined, AutoindexDirConfig, V>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A value for each of several names: what an ITERATE2 line says. */
interface ForNames {
  readonly value: string;
  readonly names: readonly string[];
}

function forNames(node: DirectiveNode): ForNames {
  const [value, ...names] = eachWord(node).map(({ text }) => text);
  return { value: value ?? '', names };
}

function scopeMatcher({ path }: ApplyContext) {
  return compileStrcmpMatch(`${path ?? ''}*`);
}

/** A name without wildcards stands for all that ends with it. @source httpd mod_autoindex.c `push_item` */
function entryItem(by: EntryItem['by'], name: string, data: string, ctx: ApplyContext): EntryItem {
  const holdsFor = scopeMatcher(ctx);
  if (by !== 'path') {
    const wanted = by === 'encoding' ? name.toLowerCase() : name;
    return { by, holdsFor, matches: compileStrcmpMatch(wanted, true), data };
  }
  const wanted = name === '**DIRECTORY**' ? '^^DIRECTORY^^' : name;
  return { by, holdsFor, matches: compileStrcmpMatch(/[*?]/.test(wanted) ? wanted : `*${wanted}`), data };
}

export function addAlt(by: EntryItem['by']): Served<ForNames> {
  return {
    bind: (_ctx, node) => forNames(node),
    apply: ({ dir }, { value, names }, ctx) => {
      const added = names.map((name) => entryItem(by, name, value, ctx));
      (dir as Mutable<AutoindexDirConfig>).alts = [...dir.alts, ...added];
    },
  };
}

/** An icon's URL, or `(text,URL)`, which is an alternative text, too. @source httpd mod_autoindex.c `add_icon` */
export function addIcon(by: EntryItem['by']): Served<ForNames & { readonly alt: string | undefined }> {
  return {
    bind: bindIcon,
    apply: ({ dir }, { value, alt, names }, ctx) => {
      const into = dir as Mutable<AutoindexDirConfig>;
      into.icons = [...dir.icons, ...names.map((name) => entryItem(by, name, value, ctx))];
      if (alt === undefined) return;
      into.alts = [...dir.alts, ...names.map((name) => entryItem(by, name, alt, ctx))];
    },
  };
}

function bindIcon(ctx: BindContext, node: DirectiveNode) {
  const { value, names } = forNames(node);
  if (!value.startsWith('(')) return { value, alt: undefined, names };
  const close = value.indexOf(')');
  if (close < 0) return ctx.error(firstArg(node), 'missing closing paren');
  const inner = value.slice(0, close);
  const comma = inner.indexOf(',');
  if (comma < 0) return { value: '', alt: value.slice(1), names };
  return { value: inner.slice(comma + 1).replace(/^,+/, ''), alt: inner.slice(1, comma), names };
}

/** @source httpd mod_autoindex.c `add_desc` */
export const addDescription: Served<ForNames> = {
  bind: (_ctx, node) => forNames(node),
  apply: ({ dir }, { value: text, names }) => {
    const added = names.map((name) => {
      const isForPath = name.includes('/');
      const isPattern = isForPath || isWildcard(name);
      const matches = isPattern
        ? compileFnmatch(`${isForPath ? '*/' : '*'}${name}*`)
        : (subject: string) => subject.includes(name);
      return { isForPath, matches, text };
    });
    (dir as Mutable<AutoindexDirConfig>).descriptions = [...dir.descriptions, ...added];
  },
};

export const indexIgnore: Served<readonly string[]> = {
  bind: (_ctx, node) => eachWord(node).map(({ text }) => text),
  apply: ({ dir }, names, ctx) => {
    const holdsFor = scopeMatcher(ctx);
    const added = names.map((name) => {
      return { holdsFor, matches: compileStrcmpMatch(name.slice(name.lastIndexOf('/') + 1)) };
    });
    (dir as Mutable<AutoindexDirConfig>).ignored = [...dir.ignored, ...added];
  },
};

export const indexIgnoreReset: Served<boolean> = {
  bind: (_ctx, node) => flag(node),
  apply: ({ dir }, isOn) => {
    dir.resetsIgnored = isOn;
  },
};

const SORT_KEYS: ReadonlyMap<string, SortKey> = new Map([
  ['name', 'N'],
  ['date', 'M'],
  ['size', 'S'],
  ['description', 'D'],
]);

const DIRECTIONS: ReadonlyMap<string, SortDirection> = new Map([
  ['ascending', 'A'],
  ['descending', 'D'],
]);

export const indexOrderDefault: Served<{ readonly key: SortKey; readonly direction: SortDirection }> = {
  bind: (ctx, node) => {
    const [directionWord = firstArg(node), keyWord = firstArg(node)] = node.args;
    const direction = DIRECTIONS.get(directionWord.text.toLowerCase());
    if (!direction) return ctx.error(directionWord, "First keyword must be 'Ascending' or 'Descending'");
    const key = SORT_KEYS.get(keyWord.text.toLowerCase());
    if (!key) {
      return ctx.error(keyWord, "Second keyword must be 'Name', 'Date', 'Size', or 'Description'");
    }
    return { key, direction };
  },
  apply: ({ dir }, { key, direction }) => {
    dir.sortKey = key;
    dir.sortDirection = direction;
  },
};

/** A directive that sets one text. */
export function text(
  field: 'header' | 'readme' | 'defaultIcon' | 'styleSheet' | 'headInsert',
): Served<string> {
  return {
    bind: (_ctx, node) => firstArg(node).text,
    apply: ({ dir }, value) => {
      dir[field] = value;
    },
  };
}
