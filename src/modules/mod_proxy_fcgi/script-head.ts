import { remembering } from '../../source/remembering.ts';

/** Most bytes of a header block, and most fields in it. */
const MAX_HEAD_BYTES = 262_144;
const MAX_FIELDS = 1000;
/** Most of a piece that is looked at in one go. */
const PART_BYTES = 4096;
/** Longest line, its line end not counted. @source httpd, `MAX_STRING_LEN` */
const MAX_LINE = 8189;

/** What a field is to the gateway; `other` goes to the client as it is, `own` is the gateway's own to set. */
export type FieldRole =
  | 'other'
  | 'own'
  | 'connection'
  | 'content-type'
  | 'status'
  | 'content-length'
  | 'representation'
  | 'last-modified'
  | 'set-cookie';

/** A field's name, as scripts write it. */
export interface FieldName {
  readonly name: string;
  readonly lower: string;
  readonly role: FieldRole;
}

/** A header of a script, in order. */
export interface ScriptField {
  readonly field: FieldName;
  /** Without white space in front. */
  readonly value: string;
  /** The value holds a control character other than a tab, and may not be sent. */
  readonly hasControlByte: boolean;
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

  /**
   * Takes a piece of output. Gives the offset at which the body starts in it, or -1 while the block goes on.
   *
   * @param piece text is latin1
   */
  push(piece: Buffer | string): number {
    if (typeof piece === 'string') return this.#pushText(piece);
    // Most of a large piece is body, which is not turned into text for this.
    for (let start = 0; start < piece.length; start += PART_BYTES) {
      const end = this.#pushText(piece.toString('latin1', start, start + PART_BYTES));
      if (end >= 0) return start + end;
    }
    return -1;
  }

  #pushText(text: string): number {
    const end = this.#findEnd(text);
    this.#text += end < 0 ? text : text.slice(0, end);
    return end;
  }

  #findEnd(text: string): number {
    let state = this.#state;
    for (let i = 0; i < text.length; i++) {
      const byte = text.charCodeAt(i);
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
  const hasOddByte = ODD_BYTE.test(text);
  let next = 0;
  while (next < text.length) {
    const start = next;
    const newline = text.indexOf('\n', start);
    const lineEnd = newline < 0 ? text.length : newline;
    const end = lineEnd > start && text.charCodeAt(lineEnd - 1) === 0x0d ? lineEnd - 1 : lineEnd;
    next = lineEnd + 1;
    if (end === start) return { fields, rest: text.slice(next) };
    if (end - start > MAX_LINE) {
      return { kind: 'malformed', fields, message: 'Premature end of script headers' };
    }
    const colon = text.indexOf(':', start);
    if (colon < 0 || colon >= end) {
      const shown = text.slice(start, Math.min(end, start + 30));
      return { kind: 'malformed', fields, message: `Bad header: ${shown}` };
    }
    const name = text.slice(start, colon);
    const field = fieldName(name);
    if (!field) {
      return {
        kind: 'badName',
        fields,
        message: `Response header name '${printable(name)}' contains invalid characters`,
      };
    }
    const value = text.slice(valueStart(text, colon + 1, end), end);
    const hasControlByte = hasOddByte && CONTROL_BYTE.test(value);
    if (hasControlByte && /[\0\r]/.test(value)) {
      return {
        kind: 'unsafe',
        fields,
        message: `Response header '${name}' value contains a carriage return or NUL`,
      };
    }
    fields.push({ field, value, hasControlByte });
    if (fields.length > MAX_FIELDS)
      return { kind: 'unsafe', fields: [], message: 'too many response headers' };
  }
  return { fields, rest: '' };
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const CONTROL_BYTE = /[\x00-\x08\x0a-\x1f\x7f]/;
/** A control byte that is no tab and not of a line's end: without one in the block no value has to be looked at. */
const ODD_BYTE = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)/;

/** The roles of all fields but `other` ones. */
const ROLES: ReadonlyMap<string, FieldRole> = new Map<string, FieldRole>([
  ['content-type', 'content-type'],
  ['status', 'status'],
  ['content-length', 'content-length'],
  ['location', 'representation'],
  ['content-range', 'representation'],
  ['etag', 'representation'],
  ['last-modified', 'last-modified'],
  ['set-cookie', 'set-cookie'],
  // About one connection, RFC 9110 section 7.6.1.
  ['connection', 'connection'],
  ['transfer-encoding', 'own'],
  ['keep-alive', 'own'],
  ['proxy-connection', 'own'],
  ['proxy-authenticate', 'own'],
  ['proxy-authorization', 'own'],
  ['te', 'own'],
  ['trailer', 'own'],
  ['upgrade', 'own'],
  // Orders to a server to send a file: nobody here obeys them, and the client has no use for the path.
  ['x-accel-redirect', 'own'],
  ['x-lighttpd-send-file', 'own'],
  ['x-sendfile', 'own'],
]);

/** A name with its role; undefined: it is none. */
const fieldName = remembering({ most: 2000, longest: 64 }, (name): FieldName | undefined => {
  if (!TOKEN.test(name)) return undefined;
  const lower = name.toLowerCase();
  return { name, lower, role: ROLES.get(lower) ?? 'other' };
});

/** Where a value starts behind white space. */
function valueStart(text: string, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && (code < 0x09 || code > 0x0d)) break;
    at++;
  }
  return at;
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 80);
}
