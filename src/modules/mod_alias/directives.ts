import { compileString } from '../../expr/compile.ts';
import { mustCompilePcre } from '../../pattern/pcre.ts';
import type { DirectiveNode, Word } from '../../syntax/tree.ts';
import { atoi, flag, isForbidden } from '../core/bind-checks.ts';
import type { ApplyContext, BindContext, BoundExpr, BoundRegex, ServedDirective } from '../module.ts';
import { CGI_NOTE } from '../unserved/handlers.ts';
import type { AliasDirConfig, AliasEntry, AliasServerConfig } from './config.ts';

type Served<V> = ServedDirective<AliasServerConfig, AliasDirConfig, V>;

interface BoundEntry {
  readonly kind: 'entry';
  readonly directive: string;
  readonly fake: string | BoundRegex;
  readonly real: string | undefined;
  readonly serverRoot: string;
  readonly isScript: boolean;
  readonly status: number;
}

interface BoundLocationAlias {
  readonly kind: 'alias';
  readonly expr: BoundExpr;
  readonly isScript: boolean;
  readonly serverRoot: string;
  readonly fake: string;
}

interface BoundLocationRedirect {
  readonly kind: 'redirect';
  readonly status: number;
  readonly expr: BoundExpr | undefined;
}

const REGEX_MESSAGE = 'Regular expression could not be compiled.';

export function isRedirectStatus(status: number): boolean {
  return status >= 300 && status < 400;
}

function serverRoot(ctx: BindContext): string {
  return ctx.serverRootRelative('x').slice(0, -'/x'.length);
}

function entry(bound: BoundEntry, ctx: ApplyContext): AliasEntry {
  const { directive, real, isScript, status } = bound;
  const fake =
    typeof bound.fake === 'string'
      ? bound.fake
      : mustCompilePcre(bound.fake.source, { caseless: bound.fake.caseless });
  return { span: ctx.span, directive, fake, real, serverRoot: bound.serverRoot, isScript, status };
}

/** `Alias /url /path`, `Alias /path` in a Location, and the Match forms. */
function alias(isScript: boolean, isMatch: boolean): Served<BoundEntry | BoundLocationAlias> {
  return {
    bind: (ctx, node) => {
      const [first, second] = node.args;
      if (!first) return undefined;
      const root = serverRoot(ctx);
      if (!second?.text) {
        if (isForbidden(ctx, node, ['directory', 'files', 'if'])) return undefined;
        if (ctx.path === undefined)
          return ctx.error(node, 'Alias must have two arguments when used globally');
        const expr = ctx.expr(first, 'string', `Cannot parse alias expression '${first.text}': `);
        return expr && { kind: 'alias', expr, isScript, serverRoot: root, fake: ctx.path };
      }
      if (isForbidden(ctx, node, 'anyDirectory')) return undefined;
      const fake = isMatch ? ctx.regex(first, { message: REGEX_MESSAGE }) : first.text;
      if (fake === undefined) return undefined;
      const directive = node.name.text;
      return { kind: 'entry', directive, fake, real: second.text, serverRoot: root, isScript, status: 0 };
    },
    apply: ({ server, dir }, value, ctx) => {
      if (value.kind === 'entry') {
        server.aliases.push(entry(value, ctx));
        server.ownAliases++;
        return;
      }
      const { expr, isScript: runs, serverRoot: root, fake } = value;
      dir.alias = { evaluate: compileString(expr.node), isScript: runs, serverRoot: root, fake };
    },
    ...(isScript && { unserved: ({ name }: DirectiveNode) => ({ what: name.text, note: CGI_NOTE }) }),
  };
}

const STATUS_WORDS: ReadonlyMap<string, number> = new Map([
  ['permanent', 301],
  ['temp', 302],
  ['seeother', 303],
  ['gone', 410],
]);

function isUrl(text: string): boolean {
  return /^[A-Za-z0-9+.-]+:/.test(text);
}

/**
 * `Redirect [status] [url-path] [url]` and its forms. Which of up to three words is missing depends on whether the
 * first one is a status, and on the place.
 *
 * @source httpd modules/mappers/mod_alias.c `add_redirect_internal`
 */
function redirect(defaultStatus: number, isMatch: boolean): Served<BoundEntry | BoundLocationRedirect> {
  return {
    bind: (ctx, node) => bindRedirect(ctx, node, defaultStatus, isMatch),
    apply: ({ server, dir }, value, ctx) => {
      if (value.kind === 'redirect') {
        dir.redirect = { status: value.status, evaluate: value.expr && compileString(value.expr.node) };
        return;
      }
      (ctx.path === undefined ? server : dir).redirects.push(entry(value, ctx));
    },
  };
}

function bindRedirect(
  ctx: BindContext,
  node: DirectiveNode,
  defaultStatus: number,
  isMatch: boolean,
): BoundEntry | BoundLocationRedirect | undefined {
  const [first, second, third] = node.args;
  if (!first) return undefined;
  const word = STATUS_WORDS.get(first.text.toLowerCase());
  const startsWithStatus = word !== undefined || /^[0-9]/.test(first.text);
  const status = word ?? (startsWithStatus ? atoi(first.text) : defaultStatus);
  if (third && !startsWithStatus) return ctx.error(first, 'Redirect: invalid first argument (of three)');

  if (ctx.path !== undefined) {
    if (startsWithStatus && second && !third && isRedirectStatus(status))
      return locationRedirect(ctx, status, second);
    if (startsWithStatus && !second && !isRedirectStatus(status))
      return { kind: 'redirect', status, expr: undefined };
    if (!startsWithStatus && !second) return locationRedirect(ctx, status, first);
  }

  const fakeWord = third || startsWithStatus ? second : first;
  const url = third || startsWithStatus ? third : second;
  let fake: string | BoundRegex = fakeWord?.text ?? '';
  if (isMatch && fakeWord) {
    const regex = ctx.regex(fakeWord, { message: REGEX_MESSAGE });
    if (!regex) return undefined;
    fake = regex;
  }
  if (isRedirectStatus(status)) {
    if (!url) return ctx.error(node, 'URL to redirect to is missing');
    if (!isMatch && !isUrl(url.text) && !url.text.startsWith('/'))
      return ctx.error(url, 'Redirect to non-URL');
  } else if (url) {
    return ctx.error(url, 'Redirect URL not valid for this status');
  }
  if (!fakeWord) {
    // httpd takes the line and then dies on the first request.
    return ctx.warn(
      node,
      'a status alone has no meaning here',
      'name the path, or write the line in a <Location>',
    );
  }
  return {
    kind: 'entry',
    directive: node.name.text,
    fake,
    real: url?.text,
    serverRoot: '',
    isScript: false,
    status,
  };
}

function locationRedirect(ctx: BindContext, status: number, word: Word): BoundLocationRedirect | undefined {
  const expr = ctx.expr(word, 'string', `Cannot parse redirect expression '${word.text}': `);
  return expr && { kind: 'redirect', status, expr };
}

function dirFlag(field: 'isRelative' | 'preservePath'): Served<boolean> {
  return {
    bind: (_ctx, node) => flag(node),
    apply: ({ dir }, value) => {
      dir[field] = value;
    },
  };
}

export const aliasDirectives = {
  Alias: alias(false, false),
  ScriptAlias: alias(true, false),
  AliasMatch: alias(false, true),
  ScriptAliasMatch: alias(true, true),
  Redirect: redirect(302, false),
  RedirectMatch: redirect(302, true),
  RedirectTemp: redirect(302, false),
  RedirectPermanent: redirect(301, false),
  RedirectRelative: dirFlag('isRelative'),
  AliasPreservePath: dirFlag('preservePath'),
};
