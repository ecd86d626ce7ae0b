import { isKnownMethod } from '../pipeline/allowed-methods.ts';
import type { RequestHead } from '../pipeline/request.ts';
import { Table } from '../pipeline/table.ts';
import { remembering } from '../source/remembering.ts';
import { parseHostHeader, parseLenientHostHeader, type Authority } from './authority.ts';
import { lowerAscii } from '../source/lower-ascii.ts';
import { parseTarget, type RequestTarget } from './request-target.ts';

/** Limits and leniency of the server that the address alone chose; 0 fields: no limit of their own. */
export interface HeadLimits {
  /** `HttpProtocolOptions LenientMethods`; otherwise only methods that httpd knows, or that were registered. */
  readonly lenientMethods: boolean;
  readonly registeredMethods: readonly string[];
  readonly limitRequestLine: number;
  readonly limitRequestFieldSize: number;
  readonly limitRequestFields: number;
  /** `HttpProtocolOptions Strict`. */
  readonly isStrict: boolean;
  /** `HttpProtocolOptions Allow0.9`. */
  readonly allows09: boolean;
}

/** Why a head is refused, with the part of it that was read. */
export interface HeadFailure {
  readonly status: 400 | 405 | 408 | 413 | 414 | 417 | 501 | 505;
  /** httpd's log number, '' where it has none. */
  readonly number: string;
  readonly message: string;
  /** HTML that the error page shows, note `error-notes`; '' for none. */
  readonly notes: string;
}

/** Framing of the body that a head announces. */
export interface BodyFraming {
  /** undefined: none announced, or chunked. */
  readonly contentLength: number | undefined;
  readonly isChunked: boolean;
}

export interface ParsedHead {
  readonly head: RequestHead;
  readonly framing: BodyFraming;
  readonly failure: HeadFailure | undefined;
}

const MAX_BLANK_LINES = 10;
/** Fields are counted even where the config sets no limit. */
const MOST_FIELDS = 10_000;
/** Lines without a control byte, a bare LF or a bare CR; any others are looked at one by one. */
const CLEAN_LINES = /^(?:[^\x00-\x08\x0a-\x1f\x7f]*\r\n)+$/;
const CONTROL_BYTES = /[\x00-\x08\x0a-\x1f\x7f]/;
/** A request that begins like this can't become one: TLS and other binary protocols. */
const OTHER_PROTOCOL = /^[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/;
/** What `HttpProtocolOptions Unsafe` refuses in a field; a bare LF ends a line there. */
const UNSAFE_BYTES = /[\x00\x0b-\x0d]/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What `HttpProtocolOptions Unsafe` takes for a field's name. */
const LENIENT_NAME = /^[^\t ]+$/;
const SIMPLE_REQUEST_LINE = /^(GET) ([^ ]+) ?$/;
/** The same under `HttpProtocolOptions Unsafe`; the protocol keeps its spelling in the request line. */
const LENIENT_REQUEST_LINE = /^([^ ]+) +([^ ]+) +[Hh][Tt][Tt][Pp]\/(\d)\.(\d) *$/;
const LENIENT_SIMPLE_REQUEST_LINE = /^([^ ]+) +([^ ]+) *$/;
/** Method and target of a line that is refused: any white space parts them. */
const REQUEST_WORDS = /^[ \t\v\f\r]*([^ \t\v\f\r]*)(?:[ \t\v\f\r]+([^ \t\v\f\r]+))?/;
/** Tunnels are for forward proxies, which this is none. */
const NO_TUNNEL: HeadFailure = { status: 405, number: '', message: 'CONNECT is not served here', notes: '' };
const NO_FRAMING: BodyFraming = { contentLength: undefined, isChunked: false };

/**
 * Reads request heads from text as it comes, in pieces of any size, by httpd's strict rules or by the lenient ones of
 * `HttpProtocolOptions Unsafe`. One parser serves a connection: after a result, `reset` makes it ready for the next head.
 *
 * @source httpd server/protocol.c `read_request_line`, `ap_get_mime_headers_core`, `ap_read_request`
 */
export class RequestHeadParser {
  /** Set when a head is complete or refused. */
  result: ParsedHead | undefined;
  /** Bytes of this head so far, blank lines before it included. */
  byteCount = 0;

  readonly #limits: HeadLimits;
  readonly #scheme: 'http' | 'https';
  #carry = '';
  #blankLines = 0;
  #isTrusted = false;

  #theRequest: string | undefined;
  #method = 'GET';
  #target = '/';
  #parsedTarget: RequestTarget | undefined;
  #protocol = 'HTTP/1.0';
  #protocolNumber = 1000;
  #headers = new Table();
  #name = '';
  #lower = '';
  #value = '';
  #fieldCount = 0;

  constructor(limits: HeadLimits, scheme: 'http' | 'https') {
    this.#limits = limits;
    this.#scheme = scheme;
  }

  /** Something of a head is here: a byte of a request line. */
  get hasBegun(): boolean {
    return this.#theRequest !== undefined || this.#carry !== '';
  }

  /** The request line was read. */
  get hasRequestLine(): boolean {
    return this.#theRequest !== undefined;
  }

  /**
   * Reads on.
   * @returns where in `text` reading ended: behind the head when `result` is set, else at its end
   */
  feed(text: string, start: number): number {
    let at = start;
    this.#isTrusted = this.#carry === '' && isCleanHead(text, start);
    while (this.result === undefined) {
      const newline = text.indexOf('\n', at);
      if (newline < 0) {
        this.#keep(text, at);
        at = text.length;
        break;
      }
      if (this.#carry === '') this.#readRawLine(text, at, newline);
      else {
        const line = this.#carry + text.slice(at, newline);
        this.#carry = '';
        this.#readRawLine(line, 0, line.length);
      }
      at = newline + 1;
    }
    this.byteCount += at - start;
    return at;
  }

  /** The client ended its side: refused when its request line is here, else nobody is there to answer. */
  finish(): void {
    if (this.hasRequestLine && this.result === undefined)
      this.#refuse(400, 'AH00566', 'request failed: incomplete head');
  }

  /** The rest of a head did not come in time: refused when its request line did, else nobody is there to answer. */
  timeOut(): void {
    if (this.hasRequestLine && this.result === undefined)
      this.#refuse(408, '', 'request failed: head came too slowly');
  }

  reset(): void {
    this.result = undefined;
    this.byteCount = 0;
    this.#carry = '';
    this.#blankLines = 0;
    this.#theRequest = undefined;
    this.#method = 'GET';
    this.#target = '/';
    this.#parsedTarget = undefined;
    this.#protocol = 'HTTP/1.0';
    this.#protocolNumber = 1000;
    this.#headers = new Table();
    this.#name = '';
    this.#fieldCount = 0;
  }

  #keep(text: string, at: number): void {
    if (at >= text.length) return;
    this.#carry += at === 0 ? text : text.slice(at);
    if (this.#carry.length > this.#lineLimit() + 2) this.#refuseLongLine(this.#carry);
    else if (this.#theRequest === undefined && OTHER_PROTOCOL.test(this.#carry)) {
      this.#refuse(400, 'AH03447', 'HTTP Request Line; not HTTP, perhaps TLS on a plain port');
    }
  }

  /** One byte more than the limit passes, as in httpd, whose buffer counts the line's end. */
  #lineLimit(): number {
    const { limitRequestLine, limitRequestFieldSize } = this.#limits;
    return (this.#theRequest === undefined ? limitRequestLine : limitRequestFieldSize) + 1;
  }

  #refuseLongLine(line: string): void {
    if (this.#theRequest === undefined) {
      this.#theRequest = line.slice(0, this.#lineLimit());
      this.#method = this.#target = '';
      this.#refuse(414, 'AH00565', 'request failed: request line exceeds LimitRequestLine');
    } else this.#refuseLongField();
  }

  #refuseLongField(): void {
    this.#refuse(
      400,
      'AH00561',
      'request header field exceeds LimitRequestFieldSize',
      'Size of a request header field exceeds server limit.',
    );
  }

  /** Reads the line of `text` from `start` to its line feed at `newline`. */
  #readRawLine(text: string, start: number, newline: number): void {
    let end = newline;
    if (newline > start && text.charCodeAt(newline - 1) === 0x0d) end--;
    else if (this.#limits.isStrict) {
      if (end - start > this.#lineLimit()) this.#refuseLongLine(text.slice(start, end));
      else this.#refuse(400, 'AH02418', 'request failed: line ended by a bare LF');
      return;
    }
    if (end - start > this.#lineLimit()) this.#refuseLongLine(text.slice(start, end));
    else if (this.#theRequest !== undefined) this.#readFieldLine(text, start, end);
    else if (end > start) this.#readRequestLine(text.slice(start, end));
    else if (++this.#blankLines > MAX_BLANK_LINES)
      this.#refuse(400, 'AH00566', 'request failed: too many blank lines');
  }

  #readRequestLine(line: string): void {
    this.#theRequest = line;
    const hasControl = !this.#isTrusted && CONTROL_BYTES.test(line);
    const { isStrict } = this.#limits;
    const parts = isStrict ? splitRequestLine(line) : splitLenientRequestLine(line);
    if (parts === undefined) {
      const [, method = '', target = '/'] = REQUEST_WORDS.exec(line) ?? [];
      this.#method = method;
      this.#target = target;
      const pattern = isStrict ? SIMPLE_REQUEST_LINE : LENIENT_SIMPLE_REQUEST_LINE;
      const simple = hasControl || line.includes('\t') ? null : pattern.exec(line);
      if (simple && this.#limits.allows09) this.#takeSimpleRequest(simple[2]!);
      else
        this.#refuse(
          400,
          simple ? 'AH02421' : 'AH03448',
          'HTTP Request Line; unrecognized or disallowed protocol',
        );
      return;
    }
    const { protocolNumber } = parts;
    this.#method = parts.method;
    this.#target = parts.target;
    this.#protocol = protocolName(protocolNumber);
    this.#protocolNumber = protocolNumber;
    if (!isStrict) this.#theRequest = withSingleBlanks(line);
    if (hasControl || line.includes('\t'))
      this.#refuse(400, 'AH03454', 'HTTP Request Line; URI incorrectly encoded');
    else if (isStrict && !isToken(this.#method))
      this.#refuse(400, 'AH03445', 'HTTP Request Line; invalid method token');
    else if (protocolNumber < 1000)
      this.#refuse(400, 'AH02421', 'HTTP Request Line; disallowed protocol HTTP/0');
    else if (!this.#readTarget() && this.#isMethodServed()) this.#refuseTarget();
    else if (!this.#isMethodServed())
      this.#refuse(501, 'AH02423', 'HTTP Request Line; method is not registered');
    else if (protocolNumber >= 2000)
      this.#refuse(505, '', `HTTP Request Line; protocol ${this.#protocol} is not served here`);
  }

  #isMethodServed(): boolean {
    const { lenientMethods, registeredMethods } = this.#limits;
    return lenientMethods || isKnownMethod(this.#method, registeredMethods);
  }

  #readTarget(): boolean {
    this.#parsedTarget = parseTarget(this.#target, this.#method, this.#scheme, this.#limits.isStrict);
    return this.#parsedTarget !== undefined;
  }

  #refuseTarget(): void {
    this.#refuse(400, 'AH03454', 'HTTP Request Line; invalid request target');
  }

  #takeSimpleRequest(target: string): void {
    this.#target = target;
    this.#theRequest = `${this.#method} ${target}`;
    this.#protocol = 'HTTP/0.9';
    this.#protocolNumber = 9;
    if (this.#readTarget()) this.#complete();
    else this.#refuseTarget();
  }

  #readFieldLine(text: string, start: number, end: number): void {
    if (start === end) {
      if (this.#flushField()) this.#complete();
      return;
    }
    if (!this.#isTrusted && this.#hasRefusedBytes(text.slice(start, end))) {
      this.#refuse(400, 'AH02427', 'Request header value contains invalid characters');
      return;
    }
    if (isBlank(text.charCodeAt(start))) {
      this.#foldField(trimField(text, start, end));
      return;
    }
    if (!this.#flushField()) return;
    const mostFields = this.#limits.limitRequestFields || MOST_FIELDS;
    if (++this.#fieldCount > mostFields) {
      this.#refuse(
        400,
        'AH00563',
        'Number of request headers exceeds LimitRequestFields',
        "The number of request header fields exceeds this server's limit.",
      );
      return;
    }
    const colon = text.indexOf(':', start);
    const hasColon = colon >= 0 && colon < end;
    const name = hasColon ? text.slice(start, colon) : '';
    const lower = hasColon ? this.#lowerFieldName(name) : undefined;
    if (lower === undefined) {
      this.#refuse(400, hasColon ? 'AH02426' : 'AH00564', 'Request header name is missing or not a token');
      return;
    }
    this.#name = name;
    this.#lower = lower;
    this.#value = trimField(text, colon + 1, end);
  }

  #hasRefusedBytes(line: string): boolean {
    if (!this.#limits.isStrict) return UNSAFE_BYTES.test(line);
    return CONTROL_BYTES.test(line.includes('\t') ? line.replaceAll('\t', ' ') : line);
  }

  #lowerFieldName(name: string): string | undefined {
    const lower = lowerToken(name);
    if (lower !== undefined || this.#limits.isStrict || !LENIENT_NAME.test(name)) return lower;
    return lowerAscii(name);
  }

  /** A line that begins with a blank goes on with the field before it. @source RFC 9112 section 5.2 */
  #foldField(more: string): void {
    if (this.#name === '' || more === '') {
      this.#refuse(400, 'AH00562', 'Request header folding without a field, or without content');
      return;
    }
    this.#value += ` ${more}`;
    if (this.#name.length + this.#value.length + 2 > this.#limits.limitRequestFieldSize + 1)
      this.#refuseLongField();
  }

  /** Moves the pending field to the table; false: it made the head unusable. */
  #flushField(): boolean {
    if (this.#name === '') return true;
    const headers = this.#headers;
    const isNew = !headers.hasLower(this.#lower);
    if (isNew) headers.addLower(this.#name, this.#lower, this.#value);
    else headers.mergeLower(this.#name, this.#lower, this.#value);
    this.#name = '';
    if (isNew) return true;
    const merged = headers.getLower(this.#lower)!;
    if (merged.length <= this.#limits.limitRequestFieldSize) return true;
    this.#refuse(
      400,
      'AH00560',
      'merged request header field exceeds LimitRequestFieldSize',
      'Size of a request header field exceeds server limit.',
    );
    return false;
  }

  #complete(): void {
    const headers = this.#headers;
    const target = this.#parsedTarget!;
    let authority: Authority | undefined;
    const host = headers.getLower('host');
    if (target.kind === 'absolute' && target.authority) {
      authority = target.authority;
      if (host !== undefined && this.#limits.isStrict) headers.set('Host', target.host);
    } else if (host !== undefined) {
      authority = this.#limits.isStrict ? parseHostHeader(host) : parseLenientHostHeader(host);
      if (authority === undefined) {
        this.#refuse(400, 'AH00550', 'Client sent malformed Host header');
        return;
      }
    }
    if (host === undefined && this.#protocolNumber >= 1001) {
      this.#refuse(
        400,
        'AH00569',
        'client sent HTTP/1.1 request without hostname (see RFC2616 section 14.23)',
      );
      return;
    }
    const hostPort = target.kind === 'absolute' ? (authority?.port ?? target.port) : authority?.port;
    const framing = this.#protocolNumber < 1000 ? NO_FRAMING : this.#readFraming();
    if (framing === undefined) return;
    const expect = headers.getLower('expect');
    if (expect !== undefined && expect !== '' && expect.toLowerCase() !== '100-continue') {
      const message = `client sent an unrecognized expectation value of Expect: ${expect}`;
      const unmet: HeadFailure = { status: 417, number: 'AH00570', message, notes: '' };
      this.result = { head: this.#head(authority, hostPort), framing: NO_FRAMING, failure: unmet };
      return;
    }
    const failure: HeadFailure | undefined = target.kind === 'connect' ? NO_TUNNEL : undefined;
    this.result = { head: this.#head(authority, hostPort), framing, failure };
  }

  /** How long the body is; where two readers of the request could disagree, it is refused. */
  #readFraming(): BodyFraming | undefined {
    const headers = this.#headers;
    const encoding = headers.getLower('transfer-encoding');
    const length = headers.getLower('content-length');
    if (encoding !== undefined) {
      if (length !== undefined) return this.#refuse(400, '', 'both Content-Length and Transfer-Encoding');
      if (this.#protocolNumber < 1001) return this.#refuse(400, '', 'Transfer-Encoding in HTTP/1.0');
      const codings = encoding
        .toLowerCase()
        .split(',')
        .map((coding) => coding.trim());
      const last = codings.pop();
      if (last !== 'chunked') return this.#refuse(400, 'AH02539', 'client sent an unknown Transfer-Encoding');
      if (codings.includes('chunked')) return this.#refuse(400, '', 'chunked more than once');
      if (codings.some((coding) => coding !== ''))
        return this.#refuse(501, '', 'Transfer-Encoding besides chunked');
      return { contentLength: undefined, isChunked: true };
    }
    if (length === undefined) return NO_FRAMING;
    if (!/^\d+$/.test(length)) return this.#refuse(400, 'AH10242', 'client sent invalid Content-Length');
    const digits = length.replace(/^0+(?=\d)/, '');
    if (digits.length > 19 || (digits.length === 19 && digits > '9223372036854775807')) {
      return this.#refuse(400, 'AH10242', 'client sent invalid Content-Length');
    }
    const contentLength = Number(digits);
    if (!Number.isSafeInteger(contentLength)) return this.#refuse(413, '', 'Content-Length beyond 2^53');
    return { contentLength, isChunked: false };
  }

  #head(authority: Authority | undefined, hostPort = authority?.port): RequestHead {
    return {
      theRequest: this.#theRequest ?? '',
      method: this.#method,
      unparsedUri: this.#target,
      protocol: this.#protocol,
      protocolNumber: this.#protocolNumber,
      headersIn: this.#headers,
      hostname: authority?.hostname,
      hostPort,
    };
  }

  /** The request line alone tells for whom a head is that is refused while it is read. */
  #refuse(status: HeadFailure['status'], number: string, message: string, notes = ''): undefined {
    this.#theRequest ??= this.#carry.slice(0, this.#limits.limitRequestLine);
    this.#carry = '';
    const target = this.#parsedTarget;
    const head = this.#head(target?.kind === 'absolute' ? target.authority : undefined);
    this.result = { head, framing: NO_FRAMING, failure: { status, number, message, notes } };
  }
}

/** The whole head is in `text`, and no byte of it needs a second look. */
function isCleanHead(text: string, start: number): boolean {
  const end = text.indexOf('\r\n\r\n', start);
  return (
    end >= 0 && CLEAN_LINES.test(start === 0 && end + 4 === text.length ? text : text.slice(start, end + 4))
  );
}

function withSingleBlanks(line: string): string {
  return line.replace(/ +$/, '').replace(/ +/g, ' ');
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);

function isToken(method: string): boolean {
  return METHODS.has(method) || TOKEN.test(method);
}

/** Lower case of a token; undefined: it is none. */
const lowerToken = remembering({ most: 2000, longest: 64 }, (name) =>
  TOKEN.test(name) ? name.toLowerCase() : undefined,
);

/** The parts of a request line. */
interface RequestLine {
  readonly method: string;
  readonly target: string;
  /** 1000 x major + minor. */
  readonly protocolNumber: number;
}

/** `METHOD target HTTP/1.1`, with single spaces; undefined: the line is none. */
function splitRequestLine(line: string): RequestLine | undefined {
  const methodEnd = line.indexOf(' ');
  const targetEnd = line.indexOf(' ', methodEnd + 1);
  if (methodEnd <= 0 || targetEnd <= methodEnd + 1 || line.length !== targetEnd + 9) return undefined;
  if (!line.startsWith('HTTP/', targetEnd + 1) || line.charCodeAt(targetEnd + 7) !== 0x2e) return undefined;
  const major = line.charCodeAt(targetEnd + 6) - 0x30;
  const minor = line.charCodeAt(targetEnd + 8) - 0x30;
  if (major < 0 || major > 9 || minor < 0 || minor > 9) return undefined;
  return {
    method: line.slice(0, methodEnd),
    target: line.slice(methodEnd + 1, targetEnd),
    protocolNumber: major * 1000 + minor,
  };
}

function splitLenientRequestLine(line: string): RequestLine | undefined {
  const parts = LENIENT_REQUEST_LINE.exec(line);
  if (parts === null) return undefined;
  return { method: parts[1]!, target: parts[2]!, protocolNumber: Number(parts[3]) * 1000 + Number(parts[4]) };
}

/** `HTTP/1.1` for 1001. */
function protocolName(number: number): string {
  return number === 1001 ? 'HTTP/1.1' : `HTTP/${Math.floor(number / 1000)}.${number % 1000}`;
}

/** `text` from `start` to `end` without the blanks around it. */
function trimField(text: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
