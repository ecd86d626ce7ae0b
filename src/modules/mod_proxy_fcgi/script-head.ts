/** Most bytes of a header block, and most fields in it. */
const MAX_HEAD_BYTES = 262_144;
const MAX_FIELDS = 1000;
/** Longest line, its line end not counted. @source httpd, `MAX_STRING_LEN` */
const MAX_LINE = 8189;

/** A header of a script, in order; the value has no white space in front. */
export interface ScriptField {
  readonly name: string;
  readonly lower: string;
  readonly value: string;
}

/** Why a header block is refused. */
export interface HeadProblem {
  /** What the client gets: httpd's empty 500 for a malformed line, its page for the others. */
  readonly kind: 'malformed' | 'badName' | 'badValue' | 'unsafe';
  /** Fields before the bad one. */
  readonly fields: readonly ScriptField[];
  /** For the log; never holds a value. */
  readonly message: string;
}

export interface ParsedHead {
  readonly fields: readonly ScriptField[];
  /** What follows the first empty line of the block: it belongs to the body. */
  readonly rest: string;
}

type EndState = 'line' | 'cr' | 'crlf' | 'crlfcr' | 'lf';

/**
 * Collects the header block of a script's output, however it is cut into pieces. The block ends at LF LF or
 * CR LF CR LF; mixed line ends do not end it.
 *
 * @source httpd modules/proxy/mod_proxy_fcgi.c `handle_headers`
 */
export class ScriptHead {
  #text = '';
  #state: EndState = 'line';

  /** What came so far. */
  get text(): string {
    return this.#text;
  }

  get isTooLong(): boolean {
    return this.#text.length > MAX_HEAD_BYTES;
  }

  /** Takes a piece of output. Gives the offset at which the body starts in it, or -1 while the block goes on. */
  push(piece: Buffer): number {
    const end = this.#findEnd(piece);
    this.#text += piece.toString('latin1', 0, end < 0 ? piece.length : end);
    return end;
  }

  #findEnd(piece: Buffer): number {
    let state = this.#state;
    for (let i = 0; i < piece.length; i++) {
      const byte = piece[i];
      if (byte === 0x0a) {
        if (state === 'lf' || state === 'crlfcr') return i + 1;
        state = state === 'cr' ? 'crlf' : state === 'line' ? 'lf' : 'line';
      } else if (byte === 0x0d) {
        state = state === 'crlf' ? 'crlfcr' : state === 'line' ? 'cr' : 'line';
      } else {
        state = 'line';
      }
    }
    this.#state = state;
    return -1;
  }
}

/**
 * The fields of a header block, or what is wrong with it. A carriage return or NUL inside a line is refused, where
 * httpd drops it: what the script meant can't be told.
 */
export function parseScriptHead(text: string): ParsedHead | HeadProblem {
  const fields: ScriptField[] = [];
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, text.charCodeAt(end - 1) === 0x0d && end > start ? end - 1 : end);
    start = end + 1;
    if (line === '') return { fields, rest: text.slice(start) };
    if (line.length > MAX_LINE) {
      return { kind: 'malformed', fields, message: 'Premature end of script headers' };
    }
    const colon = line.indexOf(':');
    if (colon < 0) return { kind: 'malformed', fields, message: `Bad header: ${line.slice(0, 30)}` };
    const name = line.slice(0, colon);
    const value = withoutLeadingSpace(line, colon + 1);
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) {
      return {
        kind: 'badName',
        fields,
        message: `Response header name '${printable(name)}' contains invalid characters`,
      };
    }
    if (/[\0\r]/.test(value)) {
      return {
        kind: 'unsafe',
        fields,
        message: `Response header '${name}' value contains a carriage return or NUL`,
      };
    }
    fields.push({ name, lower: name.toLowerCase(), value });
    if (fields.length > MAX_FIELDS)
      return { kind: 'unsafe', fields: [], message: 'too many response headers' };
  }
  return { fields, rest: '' };
}

/** A value that may not be sent: it holds a control character other than a tab. */
export function hasControlByte(value: string): boolean {
  return /[\x00-\x08\x0a-\x1f\x7f]/.test(value);
}

function withoutLeadingSpace(line: string, from: number): string {
  let at = from;
  while (at < line.length) {
    const code = line.charCodeAt(at);
    if (code !== 0x20 && (code < 0x09 || code > 0x0d)) break;
    at++;
  }
  return line.slice(at);
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 80);
}
