import { compilePcre } from '../../pattern/pcre.ts';
import type { Mapping } from './model.ts';

/** Runs of slashes count as one. */
export function squeezed(path: string): string {
  return path.replace(/\/{2,}/g, '/');
}

/** Whether a ProxyPass prefix matches a path: whole segments only. */
export function prefixCovers(prefix: string, path: string): boolean {
  const from = squeezed(prefix);
  const to = squeezed(path);
  if (!to.startsWith(from)) return false;
  return from.endsWith('/') || to.length === from.length || to[from.length] === '/';
}

/** Whether every request that `later` matches is taken by `earlier`; false when that can't be told. */
export function mappingCovers(earlier: Mapping, later: Mapping): boolean {
  const from = earlier.path?.text;
  const to = later.path?.text;
  if (from === undefined || to === undefined) return false;
  if (!earlier.isMatch && !later.isMatch) return prefixCovers(from, to);
  if (earlier.isMatch && later.isMatch) return from === to || isCatchAll(from);
  if (earlier.isMatch) return isCatchAll(from) || isOpenPrefixPattern(from, to);
  const literal = literalStart(to);
  return (
    literal !== undefined &&
    prefixCovers(from, literal) &&
    (from.endsWith('/') || literal.length > from.length)
  );
}

/** A pattern that matches every path. */
export function isCatchAll(pattern: string): boolean {
  return /^(\^?\/?|\^?\/?\.\*|\^?\/?\(\.\*\)|\^\/\(\.\*\)\$|\^\(\.\*\)\$|\^\/\.\*\$)$/.test(pattern);
}

/** Text and at most a last `.*`. */
export function hasOpenShape(pattern: string): boolean {
  return /^\^[\w/.~%-]*(\(?\.\*\)?\$?)?$/.test(pattern);
}

/** `^/app/` or `^/app/.*`: a pattern that goes on with anything, tried on the prefix itself. */
function isOpenPrefixPattern(pattern: string, prefix: string): boolean {
  if (!pattern.startsWith('^') || /\$$/.test(pattern.replace(/\.\*\)?\$$/, ''))) return false;
  const literal = literalStart(pattern);
  if (literal === undefined || !hasOpenShape(pattern)) return false;
  const compiled = compilePcre(pattern);
  return compiled.ok && compiled.pattern.test(prefix) && prefix.startsWith(literal);
}

/** The text that every match of an anchored pattern starts with. */
export function literalStart(pattern: string): string | undefined {
  const found = /^\^((?:[\w/~%-]|\\[./-])*)/.exec(pattern);
  if (!found) return undefined;
  const quantified = /^[*?+{]/.test(pattern.slice(found[0].length));
  const text = found[1]!.replace(/\\(.)/g, '$1');
  return quantified ? text.slice(0, -1) : text;
}
