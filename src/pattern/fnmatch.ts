import micromatch from 'micromatch';

/** How wildcards match; each flag is off unless said. */
export interface FnmatchFlags {
  /** `*`, `?` and `[...]` do not match a slash (APR_FNM_PATHNAME). */
  readonly pathname?: boolean;
  /** A dot that begins the name, or with `pathname` a segment, is matched by a dot only (APR_FNM_PERIOD). */
  readonly period?: boolean;
  /** ASCII letters match in either case (APR_FNM_CASE_BLIND). */
  readonly caseless?: boolean;
  /** A backslash is an ordinary character (APR_FNM_NOESCAPE). */
  readonly noEscape?: boolean;
}

/** Whether a subject matches, as a whole. */
export type Matcher = (subject: string) => boolean;

type Token =
  | { readonly type: 'star' }
  | { readonly type: 'any' }
  | { readonly type: 'byte'; readonly byte: number }
  | { readonly type: 'set'; readonly bytes: Uint8Array };

const SLASH = 0x2f;
const PERIOD = 0x2e;

/** Whether the text holds `*`, `?` or a bracket expression that is not escaped. @source apr_fnmatch_test */
export function isWildcard(text: string): boolean {
  let hasOpenBracket = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '*' || char === '?' || (char === ']' && hasOpenBracket)) return true;
    if (char === '[') hasOpenBracket = true;
    // What is escaped is not looked at.
    if (char === '\\') i++;
  }
  return false;
}

const CACHE_SIZE = 512;
const cache = new Map<string, Matcher>();

/**
 * Compiles a shell wildcard: `*`, `?`, `[a-z]`, `[!a-z]`, `[^a-z]`, and a backslash before what is meant literally. A
 * bracket that is not closed is an ordinary character. The time of a match grows at most with the product of the lengths.
 *
 * @source apr_fnmatch
 */
export function compileFnmatch(pattern: string, flags: FnmatchFlags = {}): Matcher {
  const { pathname = false, period = false, caseless = false, noEscape = false } = flags;
  const key = `${Number(pathname)}${Number(period)}${Number(caseless)}${Number(noEscape)}${pattern}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const settings = { pathname, period, caseless, noEscape };
  const tokens = tokenize(pattern, settings);
  const general: Matcher = (subject) => matchTokens(tokens, subject, settings);
  const plain = settings.period ? undefined : plainRegExp(pattern, settings);
  const matcher: Matcher =
    plain === undefined ? general : (subject) => (isPlain(subject) ? plain.test(subject) : general(subject));
  if (cache.size >= CACHE_SIZE) cache.clear();
  cache.set(key, matcher);
  return matcher;
}

type Settings = Required<FnmatchFlags>;

/**
 * micromatch's regular expression for a pattern in which its rules and httpd's are the same: at most two single stars
 * between ordinary characters. More stars would let a subject multiply the work.
 */
function plainRegExp(pattern: string, settings: Settings): RegExp | undefined {
  const isCommon = /^[A-Za-z0-9_/-][A-Za-z0-9_./-]*\*?[A-Za-z0-9_./-]*\*?[A-Za-z0-9_./-]*$/.test(pattern);
  if (!isCommon || !pattern.includes('*') || /\*\*|\/\/|\/\./.test(pattern)) return undefined;
  return micromatch.makeRe(pattern, {
    // In micromatch's words: a star that crosses slashes.
    bash: !settings.pathname,
    dot: true,
    nobrace: true,
    noext: true,
    noglobstar: true,
    nonegate: true,
    strictSlashes: true,
    nocase: settings.caseless,
  });
}

/** Whether micromatch has no rule of its own for the subject: it treats dots, empty segments and line ends apart. */
function isPlain(subject: string): boolean {
  return !/^\.|\/\.|\/\/|\/$|[^ -~]/.test(subject);
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte;
}

function tokenize(pattern: string, settings: Settings): readonly Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length;) {
    const char = pattern[i]!;
    const bracket = char === '[' ? readBracket(pattern, i, settings) : undefined;
    if (bracket !== undefined) {
      tokens.push({ type: 'set', bytes: bracket.bytes });
      i = bracket.end;
    } else if (char === '*') {
      if (tokens.at(-1)?.type !== 'star') tokens.push({ type: 'star' });
      i++;
    } else if (char === '?') {
      tokens.push({ type: 'any' });
      i++;
    } else {
      if (char === '\\' && !settings.noEscape && i + 1 < pattern.length) i++;
      const byte = pattern.charCodeAt(i++);
      tokens.push({ type: 'byte', byte: settings.caseless ? lower(byte) : byte });
    }
  }
  return tokens;
}

/** Reads the bracket expression at `open`; `undefined` when it is not well formed, and its `[` a plain character. */
function readBracket(
  pattern: string,
  open: number,
  settings: Settings,
): { readonly bytes: Uint8Array; readonly end: number } | undefined {
  const bytes = new Uint8Array(256);
  let i = open + 1;
  const negated = pattern[i] === '!' || pattern[i] === '^';
  if (negated) i++;
  const isEscape = (at: number): boolean => !settings.noEscape && pattern[at] === '\\';
  for (let isFirst = true; ; isFirst = false) {
    if (i >= pattern.length) return undefined;
    if (pattern[i] === ']' && !isFirst) break;
    if (isEscape(i) && !(isFirst && pattern[i] === ']')) i++;
    if (i >= pattern.length || (settings.pathname && pattern[i] === '/')) return undefined;
    const low = pattern.charCodeAt(i);
    let high = low;
    if (pattern[i + 1] === '-' && pattern[i + 2] !== ']') {
      i += isEscape(i + 2) ? 3 : 2;
      if (i >= pattern.length || (settings.pathname && pattern[i] === '/')) return undefined;
      high = pattern.charCodeAt(i);
    }
    i++;
    addRange(bytes, low, high, settings.caseless);
  }
  for (let byte = 0; negated && byte < 256; byte++) bytes[byte]! ^= 1;
  return { bytes, end: i + 1 };
}

function addRange(bytes: Uint8Array, low: number, high: number, caseless: boolean): void {
  for (let byte = 0; byte < 256; byte++) {
    if (isBetween(byte, low, high)) bytes[byte] = 1;
    else if (caseless && isBetween(lower(byte), lower(low), lower(high))) bytes[byte] = 1;
  }
}

/** Compares as APR does, whose characters are signed: bytes above 127 come before all others. */
function isBetween(byte: number, low: number, high: number): boolean {
  const signed = (value: number): number => (value << 24) >> 24;
  return signed(byte) >= signed(low) && signed(byte) <= signed(high);
}

/**
 * Matches by giving each star as little as possible and returning only to the last one. That is enough: a longer text
 * for an earlier star never helps, since the later star can take the difference.
 */
function matchTokens(tokens: readonly Token[], subject: string, settings: Settings): boolean {
  let token = 0;
  let position = 0;
  let starToken = -1;
  let starPosition = 0;
  for (;;) {
    const current = tokens[token];
    if (current?.type === 'star' && !isLeadingPeriod(subject, position, settings)) {
      starToken = token++;
      starPosition = position;
      continue;
    }
    if (position === subject.length && current === undefined) return true;
    if (
      current !== undefined &&
      position < subject.length &&
      matchesAt(current, subject, position, settings)
    ) {
      token++;
      position++;
      continue;
    }
    const isStuck = starToken < 0 || starPosition >= subject.length;
    if (isStuck || (settings.pathname && subject.charCodeAt(starPosition) === SLASH)) return false;
    position = ++starPosition;
    token = starToken + 1;
  }
}

function matchesAt(token: Token, subject: string, position: number, settings: Settings): boolean {
  const byte = subject.charCodeAt(position);
  if (token.type === 'byte') return token.byte === (settings.caseless ? lower(byte) : byte);
  if (settings.pathname && byte === SLASH) return false;
  if (isLeadingPeriod(subject, position, settings)) return false;
  return token.type === 'any' || (token.type === 'set' && token.bytes[byte] === 1);
}

function isLeadingPeriod(subject: string, position: number, settings: Settings): boolean {
  if (!settings.period || subject.charCodeAt(position) !== PERIOD) return false;
  return position === 0 || (settings.pathname && subject.charCodeAt(position - 1) === SLASH);
}

/**
 * Compiles a pattern in which `*` and `?` match any character, slashes too, and nothing else is special; letters
 * match in the same case only, unless `caseless`. `ServerAlias` and wildcard hosts use it.
 *
 * @source httpd ap_strcmp_match, ap_strcasecmp_match
 */
export function compileStrcmpMatch(pattern: string, caseless = false): Matcher {
  const tokens: readonly Token[] = Array.from(pattern, (char): Token => {
    if (char === '*') return { type: 'star' };
    if (char === '?') return { type: 'any' };
    return { type: 'byte', byte: caseless ? lower(char.charCodeAt(0)) : char.charCodeAt(0) };
  });
  const settings: Settings = { pathname: false, period: false, caseless, noEscape: true };
  return (subject) => matchTokens(tokens, subject, settings);
}
