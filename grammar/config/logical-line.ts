const CR = 13;
const BACKSLASH = 92;

/**
 * The end of the logical line that starts at `from`: the offset of the line feed that ends it, or the text's length.
 *
 * A backslash before the line feed (or before CR LF) continues the line. A doubled one continues it too: one is
 * removed, and the one that stays is itself at the end of the line when the next physical line is empty. A NUL drops
 * the rest of its physical line, and with it a continuation.
 *
 * @source httpd server/util.c, `ap_cfg_getline_core`
 */
export function logicalLineEnd(text: string, from: number): number {
  let start = from;
  let kept = 0; // backslashes that end what has been joined so far
  for (;;) {
    const lineFeed = text.indexOf('\n', start);
    if (lineFeed < 0) return text.length;
    const last = lineFeed - (text.charCodeAt(lineFeed - 1) === CR && lineFeed > start ? 2 : 1);
    if (last < start) {
      if (kept === 0) return lineFeed;
      kept--;
    } else {
      if (text.charCodeAt(last) !== BACKSLASH) return lineFeed;
      if (text.slice(start, last).includes('\0')) return lineFeed;
      const run = backslashesBefore(text, last, start);
      kept = run === last - start ? kept + run : run;
    }
    start = lineFeed + 1;
  }
}

/** The first offset from `from` on that is no white space of httpd's (space, tab, CR, VT, FF), within `end`. */
export function skipBlanks(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** White space as `isspace` knows it in the C locale. */
export function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= CR);
}

/**
 * Where the quoted word that starts at `from` is closed: the offset of its closing quote, or -1 when there is none
 * before `end`. A backslash hides the quote and another backslash.
 */
export function closingQuote(text: string, from: number, end: number): number {
  const quote = text.charCodeAt(from);
  for (let at = from + 1; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at;
    if (code === BACKSLASH && at + 1 < end) {
      const next = text.charCodeAt(at + 1);
      if (next === quote || next === BACKSLASH) at++;
    }
  }
  return -1;
}

function backslashesBefore(text: string, end: number, start: number): number {
  let at = end;
  while (at > start && text.charCodeAt(at - 1) === BACKSLASH) at--;
  return end - at;
}
