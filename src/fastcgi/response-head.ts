/**
 * The header block of a script's output: found across slices, then taken apart. What httpd lets through but a client
 * could be misled by (a bare CR, NUL, a 1xx status) is refused.
 *
 * @source httpd modules/proxy/mod_proxy_fcgi.c `handle_headers`, server/util_script.c `ap_scan_script_header_err_core`
 */

export interface HeadLimits {
  readonly fieldBytes: number;
  readonly totalBytes: number;
  readonly fields: number;
}

export const HEAD_LIMITS: HeadLimits = { fieldBytes: 65_536, totalBytes: 262_144, fields: 1000 };

/** A header block that may be used. */
export interface ScriptHead {
  readonly kind: 'head';
  /** In order, as sent, `Status` left out; names are tokens, values hold no control character but TAB. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** 200 to 599; undefined: no Status field. */
  readonly status: number | undefined;
  /** `404 Nope` when the text is fit for a status line and more than a number. */
  readonly statusLine: string | undefined;
}

/** A header block, or its absence, that makes the answer unusable. */
export interface HeadFailure {
  readonly kind: 'failure';
  /** 500 where httpd says so too; 502 where the gateway is stricter. */
  readonly status: 500 | 502;
  /** httpd's number, or ''. */
  readonly number: string;
  /** For the log; may quote at most 30 characters of a bad line, not escaped. */
  readonly message: string;
}

export type HeadResult = ScriptHead | HeadFailure;

/** Where the scanner is in a line end. Mixed line ends (`CRLF LF`, `LF CRLF`) end nothing, as in httpd. */
type LineEnd = 'none' | 'cr' | 'crlf' | 'crlfcr' | 'lf';

const LF = 0x0a;
const CR = 0x0d;

/**
 * Takes script output until the header block is complete.
 *
 *     const rest = scanner.push(slice);   // undefined: more is needed, or it failed: look at `result`
 *     if (scanner.result?.kind === 'head' && rest !== undefined) …the body begins with rest…
 */
export class HeadScanner {
  readonly #limits: HeadLimits;
  #text = '';
  #lineEnd: LineEnd = 'none';
  #result: HeadResult | undefined;

  constructor(limits: HeadLimits = HEAD_LIMITS) {
    this.#limits = limits;
  }

  /** undefined: the block is not complete yet. */
  get result(): HeadResult | undefined {
    return this.#result;
  }

  /** The bytes behind the header block, possibly none, when it ends in this slice; else undefined. */
  push(slice: Buffer): Buffer | undefined {
    if (this.#result !== undefined) return undefined;
    const end = this.#findEnd(slice);
    const used = end < 0 ? slice.length : end;
    if (this.#text.length + used > this.#limits.totalBytes) {
      this.#text = '';
      this.#result = tooLarge(`more than ${this.#limits.totalBytes} bytes of headers`);
      return undefined;
    }
    this.#text += slice.toString('latin1', 0, used);
    if (end < 0) return undefined;
    this.#result = parseHead(this.#text, this.#limits);
    this.#text = '';
    return slice.subarray(end);
  }

  /** The output is over; without a complete block that is a failure. */
  finish(): HeadResult {
    this.#result ??= {
      kind: 'failure',
      status: 502,
      number: 'AH01070',
      message:
        this.#text === ''
          ? 'End of script output before headers'
          : 'Script output holds no complete header block',
    };
    return this.#result;
  }

  /** Offset behind the block's last line end; -1: not in this slice. */
  #findEnd(slice: Buffer): number {
    let state = this.#lineEnd;
    for (let at = 0; at < slice.length; at += 1) {
      const byte = slice[at];
      if (byte === LF) {
        if (state === 'lf' || state === 'crlfcr') return at + 1;
        state = state === 'cr' ? 'crlf' : state === 'none' ? 'lf' : 'none';
      } else if (byte === CR) {
        state = state === 'crlf' ? 'crlfcr' : state === 'none' ? 'cr' : 'none';
      } else {
        state = 'none';
      }
    }
    this.#lineEnd = state;
    return -1;
  }
}

const FORBIDDEN = /[\0-\x08\x0b-\x1f\x7f]/;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const STATUS_LINE = /^[2-5]\d\d [^\0-\x1f\x7f]+$/;

/** The fields of a complete header block, its closing empty line included. */
export function parseHead(text: string, limits: HeadLimits = HEAD_LIMITS): HeadResult {
  const fields: (readonly [string, string])[] = [];
  let status: number | undefined;
  let statusLine: string | undefined;
  let start = 0;
  while (start < text.length) {
    const lineEnd = text.indexOf('\n', start);
    const end = lineEnd < 0 ? text.length : lineEnd;
    const line = text.slice(start, text.charCodeAt(end - 1) === CR && end > start ? end - 1 : end);
    start = end + 1;
    if (line === '') continue;
    if (line.length > limits.fieldBytes)
      return tooLarge(`a header line of more than ${limits.fieldBytes} bytes`);
    if (fields.length >= limits.fields) return tooLarge(`more than ${limits.fields} header lines`);
    const colon = line.indexOf(':');
    if (colon < 0) return malformed(500, `Bad header: ${line.slice(0, 30)}`);
    const name = line.slice(0, colon);
    if (!TOKEN.test(name)) return malformed(500, `Bad header name: ${name.slice(0, 30)}`);
    const value = trimBlanks(line, colon + 1);
    if (FORBIDDEN.test(value))
      return malformed(502, `Control character in the value of ${name.slice(0, 30)}`);
    if (!isNamed(name, 'status')) {
      fields.push([name, value]);
      continue;
    }
    const code = Number.parseInt(value, 10);
    if (!(code >= 200 && code <= 599)) return malformed(502, `Invalid status line: ${value.slice(0, 30)}`);
    status = code;
    statusLine = STATUS_LINE.test(value) ? value : undefined;
  }
  return { kind: 'head', fields, status, statusLine };
}

function trimBlanks(line: string, from: number): string {
  let start = from;
  while (isBlank(line.charCodeAt(start))) start += 1;
  return line.slice(start);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function isNamed(name: string, lowerCase: string): boolean {
  return name.length === lowerCase.length && name.toLowerCase() === lowerCase;
}

function malformed(status: 500 | 502, message: string): HeadFailure {
  return { kind: 'failure', status, number: 'AH01070', message: `Error parsing script headers: ${message}` };
}

function tooLarge(what: string): HeadFailure {
  return {
    kind: 'failure',
    status: 502,
    number: 'AH01070',
    message: `Error parsing script headers: ${what}`,
  };
}
