const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;
const SPACE = 0x20;
const TAB = 0x09;

/** Hexadecimal digits of a chunk size behind its leading zeros: beyond, it would not fit 2^53. */
const MAX_SIZE_DIGITS = 13;
/** Blanks that may stand behind a chunk's size. */
const MAX_BLANKS = 10;
/** Bytes that one message may spend on extensions and superfluous zeros. */
const MAX_OVERHEAD_BYTES = 16_384;
const TRAILER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const CONTROL_BYTES = /[\x00-\x08\x0a-\x1f\x7f]/;

export interface TrailerLimits {
  readonly limitRequestFieldSize: number;
  readonly limitRequestFields: number;
}

type State =
  'size' | 'extension' | 'sizeLineFeed' | 'data' | 'dataCarriageReturn' | 'dataLineFeed' | 'trailer' | 'done';

/** Why chunked framing is refused. */
export interface ChunkFault {
  readonly status: 400 | 413;
  readonly message: string;
  /** All chunks were read. */
  readonly isInTrailers: boolean;
}

/**
 * Decodes chunked framing that comes in pieces of any size. Extensions and trailers are checked and dropped.
 *
 * @source httpd modules/http/http_filters.c `parse_chunk_size`, RFC 9112 section 7.1
 */
export class ChunkedDecoder {
  fault: ChunkFault | undefined;
  readonly #limits: TrailerLimits;
  #state: State = 'size';
  #size = 0;
  #digits = 0;
  #hasDigit = false;
  #blanks = 0;
  #overhead = 0;
  #trailerLine = '';
  #trailers = 0;

  constructor(limits: TrailerLimits) {
    this.#limits = limits;
  }

  get isDone(): boolean {
    return this.#state === 'done';
  }

  /**
   * Decodes on, handing out the content.
   * @returns where in `bytes` reading ended: behind the message, at a fault, or at the end
   */
  feed(bytes: Buffer, start: number, onData: (content: Buffer) => void): number {
    let at = start;
    while (at < bytes.length && this.fault === undefined && this.#state !== 'done') {
      if (this.#state === 'data') {
        const end = Math.min(bytes.length, at + this.#size);
        onData(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end));
        this.#size -= end - at;
        at = end;
        if (this.#size === 0) this.#state = 'dataCarriageReturn';
      } else {
        this.#step(bytes[at]!);
        at++;
      }
    }
    return at;
  }

  #step(byte: number): void {
    switch (this.#state) {
      case 'size':
        this.#readSize(byte);
        break;
      case 'extension':
        if (byte === CR) this.#state = 'sizeLineFeed';
        else if (byte < SPACE ? byte !== TAB : byte === 0x7f)
          this.#refuse(400, 'control byte in a chunk extension');
        else this.#spend();
        break;
      case 'sizeLineFeed':
        if (byte === LF) this.#beginChunk();
        else this.#refuse(400, 'chunk size line ended by a bare CR');
        break;
      case 'dataCarriageReturn':
        if (byte === CR) this.#state = 'dataLineFeed';
        else this.#refuse(400, 'chunk longer than its size');
        break;
      case 'dataLineFeed':
        if (byte !== LF) this.#refuse(400, 'chunk ended by a bare CR');
        this.#state = 'size';
        this.#size = 0;
        this.#digits = 0;
        this.#hasDigit = false;
        this.#blanks = 0;
        break;
      case 'trailer':
        this.#readTrailer(byte);
        break;
      case 'data':
      case 'done':
        break;
    }
  }

  #readSize(byte: number): void {
    const digit = hexDigit(byte);
    if (digit >= 0 && this.#blanks === 0) {
      this.#hasDigit = true;
      this.#size = this.#size * 16 + digit;
      if (this.#size === 0) this.#spend();
      else if (++this.#digits > MAX_SIZE_DIGITS) this.#refuse(413, 'chunk size too large');
    } else if (!this.#hasDigit) this.#refuse(400, 'chunk without a size');
    else if (byte === CR) this.#state = 'sizeLineFeed';
    else if (byte === SEMICOLON) this.#state = 'extension';
    else if (byte === SPACE || byte === TAB) {
      if (++this.#blanks > MAX_BLANKS) this.#refuse(400, 'too many blanks behind a chunk size');
    } else this.#refuse(400, 'malformed chunk size');
  }

  #beginChunk(): void {
    this.#state = this.#size === 0 ? 'trailer' : 'data';
  }

  #readTrailer(byte: number): void {
    if (byte !== LF) {
      this.#trailerLine += String.fromCharCode(byte);
      if (this.#trailerLine.length > this.#limits.limitRequestFieldSize + 2)
        this.#refuse(400, 'trailer field too long');
      return;
    }
    const line = this.#trailerLine;
    this.#trailerLine = '';
    if (!line.endsWith('\r')) this.#refuse(400, 'trailer ended by a bare LF');
    else if (line === '\r') this.#state = 'done';
    else this.#checkTrailer(line.slice(0, -1));
  }

  #checkTrailer(line: string): void {
    const isFold = this.#trailers > 0 && (line.startsWith(' ') || line.startsWith('\t'));
    const isField = isFold || TRAILER_NAME.test(line.slice(0, Math.max(0, line.indexOf(':'))));
    if (!isField || CONTROL_BYTES.test(line)) this.#refuse(400, 'malformed trailer field');
    else if (++this.#trailers > (this.#limits.limitRequestFields || 10_000))
      this.#refuse(400, 'too many trailer fields');
  }

  #spend(): void {
    if (++this.#overhead > MAX_OVERHEAD_BYTES) this.#refuse(413, 'chunk extensions too long');
  }

  #refuse(status: 400 | 413, message: string): void {
    this.fault ??= { status, message, isInTrailers: this.#state === 'trailer' };
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
