const BACKSLASH = '\\';

/** Whether a path holds `*`, `?` or a bracket expression. @source apr strings/apr_fnmatch.c, `apr_fnmatch_test` */
export function isWildcard(path: string): boolean {
  let hasBracket = false;
  for (let i = 0; i < path.length; i++) {
    const character = path[i];
    if (character === '*' || character === '?') return true;
    if (character === BACKSLASH) i++;
    else if (character === '[') hasBracket = true;
    else if (character === ']' && hasBracket) return true;
  }
  return false;
}

/**
 * Whether one name in a directory matches one segment of a pattern; a leading dot must be written out.
 *
 * @source apr strings/apr_fnmatch.c with APR_FNM_PERIOD
 */
export function matchesName(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.') && !pattern.startsWith('\\.')) return false;
  let p = 0;
  let n = 0;
  let starAt = -1;
  let starName = 0;
  while (n < name.length || p < pattern.length) {
    if (pattern[p] === '*') {
      starAt = p++;
      starName = n;
      continue;
    }
    const next = n < name.length ? matchOne(pattern, p, name[n]!) : -1;
    if (next >= 0) {
      p = next;
      n++;
    } else if (starAt >= 0 && starName < name.length) {
      p = starAt + 1;
      n = ++starName;
    } else {
      return false;
    }
  }
  return true;
}

/** The offset in the pattern after what matched one character, or -1. */
function matchOne(pattern: string, at: number, character: string): number {
  const first = pattern[at];
  if (first === '?') return at + 1;
  if (first === '[') return matchBracket(pattern, at, character);
  const isEscape = first === BACKSLASH && at + 1 < pattern.length;
  const literal = isEscape ? pattern[at + 1] : first;
  return literal === character ? at + (isEscape ? 2 : 1) : -1;
}

function matchBracket(pattern: string, at: number, character: string): number {
  let i = at + 1;
  const isNegated = pattern[i] === '!' || pattern[i] === '^';
  if (isNegated) i++;
  let isMatch = false;
  for (let isFirst = true; i < pattern.length; isFirst = false) {
    if (pattern[i] === ']' && !isFirst) return isMatch !== isNegated ? i + 1 : -1;
    if (pattern[i] === BACKSLASH && i + 1 < pattern.length) i++;
    const low = pattern[i]!;
    let high = low;
    if (pattern[i + 1] === '-' && i + 2 < pattern.length && pattern[i + 2] !== ']') {
      i += 2;
      if (pattern[i] === BACKSLASH && i + 1 < pattern.length) i++;
      high = pattern[i]!;
    }
    if (character >= low && character <= high) isMatch = true;
    i++;
  }
  // no closing bracket: the bracket is a character like any other
  return character === '[' ? at + 1 : -1;
}
