import { compilePcre } from '../../pattern/pcre.ts';

/** Number of capture groups; undefined: the pattern can't be read. */
export function groupCount(pattern: string): number | undefined {
  const compiled = compilePcre(pattern);
  return compiled.ok ? compiled.pattern.groupCount : undefined;
}

/** The numbers of `$n` (or `%n`) in a target, `\$1` not counted. */
export function references(target: string, sign: '$' | '%' = '$'): number[] {
  const found: number[] = [];
  for (let at = 0; at < target.length; at++) {
    if (target[at] === '\\') at++;
    else if (target[at] === sign && /[0-9]/.test(target[at + 1] ?? '')) found.push(Number(target[at + 1]));
  }
  return found;
}

/** Where capture group `n` opens in the pattern's text, or -1. */
export function groupOffset(pattern: string, n: number): number {
  let count = 0;
  let isClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === '\\') at++;
    else if (isClass) isClass = char !== ']';
    else if (char === '[') isClass = true;
    else if (char === '(' && (pattern[at + 1] !== '?' || /^\?P?<(?![=!])|^\?'/.test(pattern.slice(at + 1)))) {
      if (++count === n) return at;
    }
  }
  return -1;
}
