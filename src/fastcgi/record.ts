/**
 * FastCGI records: request text out, answer records in. No sockets here.
 *
 *     byte   0        1      2..3         4..5             6               7
 *          version  type  request id  content length  padding length  reserved   content…  padding…
 *
 * @source FastCGI specification, sections 3.3 and 5
 */

const VERSION = 1;
const HEADER_BYTES = 8;
/** Every request is number 1: connections are not multiplexed, as httpd does it. */
const REQUEST_ID = 1;

const TYPE = { end: 3, stdout: 6, stderr: 7, getValuesResult: 10, unknownType: 11 } as const;

/** httpd's largest PARAMS content; applications with small buffers have met nothing larger. */
const PARAMS_RECORD_BYTES = 16_384;

/** BEGIN_REQUEST of a responder, without and with KEEP_CONN. */
const BEGIN = '\x01\x01\0\x01\0\x08\0\0\0\x01\0\0\0\0\0\0';
const BEGIN_KEEP = '\x01\x01\0\x01\0\x08\0\0\0\x01\x01\0\0\0\0\0';
const PARAMS_END = '\x01\x04\0\x01\0\0\0\0';

/** The empty STDIN record, as latin1 text. */
export const STDIN_END = '\x01\x05\0\x01\0\0\0\0';

const BOTH_ENDS = PARAMS_END + STDIN_END;

/** Header of a STDIN record of 1 to 65535 content bytes, as latin1 text. */
export function stdinHeader(contentBytes: number): string {
  return `\x01\x05\0\x01${String.fromCharCode(contentBytes >> 8, contentBytes & 0xff)}\0\0`;
}

function paramsRecord(content: string): string {
  return `\x01\x04\0\x01${String.fromCharCode(content.length >> 8, content.length & 0xff)}\0\0${content}`;
}

/**
 * BEGIN_REQUEST and the whole PARAMS stream with its end, as latin1 text. Records hold at most 16384 bytes and end
 * between two pairs; only a pair larger than that is cut, where httpd leaves it out.
 *
 * @param pairs     name-value pairs from `params.ts`
 * @param hasNoBody the empty STDIN record follows: this is all of the request
 */
export function requestStart(pairs: string, keepConnection: boolean, hasNoBody: boolean): string {
  const begin = keepConnection ? BEGIN_KEEP : BEGIN;
  const ends = hasNoBody ? BOTH_ENDS : PARAMS_END;
  if (pairs.length === 0) return begin + ends;
  if (pairs.length <= PARAMS_RECORD_BYTES) return begin + paramsRecord(pairs) + ends;
  let text = begin;
  let start = 0;
  while (start < pairs.length) {
    const end = recordEnd(pairs, start);
    text += paramsRecord(pairs.slice(start, end));
    start = end;
  }
  return text + ends;
}

/** Where the record that starts at a pair, or inside a large one, ends. */
function recordEnd(pairs: string, start: number): number {
  const limit = start + PARAMS_RECORD_BYTES;
  if (limit >= pairs.length) return pairs.length;
  let end = start;
  for (let next = pairEnd(pairs, end); next <= limit; next = pairEnd(pairs, end)) end = next;
  if (end > start) return end;
  return Math.min(limit, pairEnd(pairs, start));
}

/**
 * End of the pair that starts at an offset. Inside a pair that was cut the bytes mean nothing as lengths; the result
 * is then some later place, which is as good for cutting as any.
 */
function pairEnd(pairs: string, start: number): number {
  const name = lengthAt(pairs, start);
  const value = lengthAt(pairs, start + name.bytes);
  return start + name.bytes + value.bytes + name.length + value.length;
}

function lengthAt(pairs: string, at: number): { readonly length: number; readonly bytes: 1 | 4 } {
  const first = pairs.charCodeAt(at);
  if (!(first >= 0x80)) return { length: first >= 0 ? first : 0, bytes: 1 };
  const low = (pairs.charCodeAt(at + 1) << 16) | (pairs.charCodeAt(at + 2) << 8) | pairs.charCodeAt(at + 3);
  return { length: (first & 0x7f) * 0x1000000 + low, bytes: 4 };
}

/** Who takes what the decoder finds. Content stands in the buffer that was pushed, which is good until that returns. */
export interface RecordSink {
  stdout(buffer: Buffer, start: number, end: number): void;
  stderr(buffer: Buffer, start: number, end: number): void;
  /** The first empty STDOUT, or END_REQUEST when there was none. */
  stdoutEnd(): void;
  /** END_REQUEST with its padding. */
  endRequest(protocolStatus: number): void;
  unknownRecord(type: number): void;
  badVersion(version: number): void;
  badRequestId(requestId: number): void;
}

type DecoderState = 'header' | 'content' | 'padding' | 'ended' | 'failed';

/**
 * Takes the bytes of one answer in pieces of any size, and gives their meaning to a sink. Bodies are not copied. After
 * END_REQUEST and after a failure nothing more is decoded.
 */
export class RecordDecoder {
  readonly #sink: RecordSink;
  #state: DecoderState = 'header';
  /** A header, or END_REQUEST's content, of which a part came in an earlier chunk; made when that happens first. */
  #partial: Buffer | undefined;
  #partialBytes = 0;
  #type = 0;
  #contentLeft = 0;
  #paddingLeft = 0;
  #isEndTaken = false;
  #protocolStatus = 0;
  #isStdoutEnded = false;
  #isClean = true;

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  /** Makes ready for the next answer on the same connection. */
  reset(): void {
    this.#state = 'header';
    this.#partialBytes = 0;
    this.#isStdoutEnded = false;
    this.#isClean = true;
  }

  /** The answer came to END_REQUEST with nothing odd in it, before it or behind it. */
  get isClean(): boolean {
    return this.#state === 'ended' && this.#isClean;
  }

  /** @param bytes how many came, at the front of the buffer */
  push(buffer: Buffer, bytes: number): void {
    let at = 0;
    while (at < bytes) {
      switch (this.#state) {
        case 'header':
          at = this.#readHeader(buffer, at, bytes);
          break;
        case 'content':
          at = this.#readContent(buffer, at, bytes);
          break;
        case 'padding':
          at = this.#readPadding(at, bytes);
          break;
        case 'ended':
          this.#isClean = false;
          return;
        case 'failed':
          return;
      }
    }
  }

  #readHeader(buffer: Buffer, start: number, bytes: number): number {
    if (this.#partialBytes === 0 && bytes - start >= HEADER_BYTES) {
      this.#openRecord(buffer, start);
      return start + HEADER_BYTES;
    }
    const end = Math.min(bytes, start + HEADER_BYTES - this.#partialBytes);
    const header = this.#gather(buffer, start, end);
    if (this.#partialBytes === HEADER_BYTES) {
      this.#partialBytes = 0;
      this.#openRecord(header, 0);
    }
    return end;
  }

  #gather(buffer: Buffer, start: number, end: number): Buffer {
    this.#partial ??= Buffer.alloc(HEADER_BYTES);
    this.#partialBytes += buffer.copy(this.#partial, this.#partialBytes, start, end);
    return this.#partial;
  }

  #openRecord(bytes: Buffer, at: number): void {
    const version = bytes[at] ?? 0;
    if (version !== VERSION) {
      this.#state = 'failed';
      this.#sink.badVersion(version);
      return;
    }
    this.#type = bytes[at + 1] ?? 0;
    const requestId = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    this.#contentLeft = ((bytes[at + 4] ?? 0) << 8) | (bytes[at + 5] ?? 0);
    this.#paddingLeft = bytes[at + 6] ?? 0;
    if (requestId !== REQUEST_ID && !(requestId === 0 && isManagement(this.#type))) {
      this.#state = 'failed';
      this.#sink.badRequestId(requestId);
      return;
    }
    this.#state = 'content';
    if (this.#type === TYPE.stdout) {
      if (this.#contentLeft === 0) this.#endStdout();
      else if (this.#isStdoutEnded) this.#isClean = false;
    } else if (this.#type === TYPE.end) {
      this.#isEndTaken = false;
      this.#protocolStatus = 0;
      if (this.#contentLeft !== HEADER_BYTES) this.#isClean = false;
    } else if (this.#type !== TYPE.stderr && requestId !== 0) {
      this.#sink.unknownRecord(this.#type);
    }
    if (this.#contentLeft === 0) this.#closeContent();
  }

  #readContent(buffer: Buffer, start: number, bytes: number): number {
    const end = Math.min(bytes, start + this.#contentLeft);
    this.#contentLeft -= end - start;
    switch (this.#type) {
      case TYPE.stdout:
        if (!this.#isStdoutEnded) this.#sink.stdout(buffer, start, end);
        break;
      case TYPE.stderr:
        this.#sink.stderr(buffer, start, end);
        break;
      case TYPE.end:
        this.#readEnd(buffer, start, end);
        break;
      default:
    }
    if (this.#contentLeft === 0 && this.#state === 'content') this.#closeContent();
    return end;
  }

  /** END_REQUEST: four bytes of appStatus, one of protocolStatus, three reserved. */
  #readEnd(buffer: Buffer, start: number, end: number): void {
    if (this.#isEndTaken) return;
    if (this.#partialBytes === 0 && end - start >= HEADER_BYTES) {
      this.#takeEnd(buffer, start);
      return;
    }
    const last = Math.min(end, start + HEADER_BYTES - this.#partialBytes);
    const content = this.#gather(buffer, start, last);
    if (this.#partialBytes === HEADER_BYTES) this.#takeEnd(content, 0);
  }

  #takeEnd(bytes: Buffer | undefined, at: number): void {
    this.#partialBytes = 0;
    this.#isEndTaken = true;
    this.#protocolStatus = bytes?.[at + 4] ?? 0;
  }

  #closeContent(): void {
    if (this.#type === TYPE.end) {
      // A shorter one is let through, as httpd does; what it lacks counts as zero.
      if (this.#partialBytes > 0) this.#takeEnd(this.#partial?.fill(0, this.#partialBytes), 0);
      this.#endStdout();
    }
    if (this.#paddingLeft > 0) this.#state = 'padding';
    else this.#closeRecord();
  }

  #readPadding(start: number, bytes: number): number {
    const end = Math.min(bytes, start + this.#paddingLeft);
    this.#paddingLeft -= end - start;
    if (this.#paddingLeft === 0) this.#closeRecord();
    return end;
  }

  #closeRecord(): void {
    if (this.#type !== TYPE.end) {
      this.#state = 'header';
      return;
    }
    this.#state = 'ended';
    this.#sink.endRequest(this.#protocolStatus);
  }

  #endStdout(): void {
    if (this.#isStdoutEnded) return;
    this.#isStdoutEnded = true;
    this.#sink.stdoutEnd();
  }
}

function isManagement(type: number): boolean {
  return type === TYPE.getValuesResult || type === TYPE.unknownType;
}
