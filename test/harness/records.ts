/**
 * A small FastCGI record codec for tests.
 *
 * It shares nothing with `src/fastcgi`, so that a mistake there cannot cancel itself out here.
 *
 * @source FastCGI specification, sections 3.3 and 3.4
 */

export const RECORD = { begin: 1, abort: 2, end: 3, params: 4, stdin: 5, stdout: 6, stderr: 7 } as const;

export interface WireRecord {
  readonly version: number;
  readonly type: number;
  readonly requestId: number;
  readonly content: Buffer;
  readonly paddingBytes: number;
}

export interface RecordOptions {
  readonly version?: number;
  readonly requestId?: number;
  readonly paddingBytes?: number;
}

/** One record as bytes; content may hold at most 65535 bytes. */
export function encodeRecord(type: number, content: Buffer, options: RecordOptions = {}): Buffer {
  const padding = options.paddingBytes ?? 0;
  const record = Buffer.alloc(8 + content.length + padding);
  record[0] = options.version ?? 1;
  record[1] = type;
  record.writeUInt16BE(options.requestId ?? 1, 2);
  record.writeUInt16BE(content.length, 4);
  record[6] = padding;
  content.copy(record, 8);
  return record;
}

/** The content cut into records of at most `pieceBytes`, without the closing empty record. */
export function encodeStream(
  type: number,
  content: Buffer,
  pieceBytes: number,
  options: RecordOptions = {},
): Buffer {
  const records: Buffer[] = [];
  for (let start = 0; start < content.length; start += pieceBytes) {
    records.push(encodeRecord(type, content.subarray(start, start + pieceBytes), options));
  }
  return Buffer.concat(records);
}

/** Splits what has arrived into whole records; the rest waits for more bytes. */
export class RecordReader {
  #pending: Buffer = Buffer.alloc(0);

  push(bytes: Buffer): readonly WireRecord[] {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    const records: WireRecord[] = [];
    while (this.#pending.length >= 8) {
      const contentBytes = this.#pending.readUInt16BE(4);
      const paddingBytes = this.#pending[6] ?? 0;
      const end = 8 + contentBytes + paddingBytes;
      if (this.#pending.length < end) break;
      records.push({
        version: this.#pending[0] ?? 0,
        type: this.#pending[1] ?? 0,
        requestId: this.#pending.readUInt16BE(2),
        content: Buffer.from(this.#pending.subarray(8, 8 + contentBytes)),
        paddingBytes,
      });
      this.#pending = this.#pending.subarray(end);
    }
    return records;
  }
}

/** The name and value pairs of a complete PARAMS stream, in order, as latin1 text. */
export function decodePairs(stream: Buffer): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  let at = 0;
  const readLength = (): number => {
    const first = stream[at] ?? 0;
    if (first < 0x80) {
      at += 1;
      return first;
    }
    const length = stream.readUInt32BE(at) & 0x7fffffff;
    at += 4;
    return length;
  };
  while (at < stream.length) {
    const nameBytes = readLength();
    const valueBytes = readLength();
    const name = stream.toString('latin1', at, at + nameBytes);
    at += nameBytes;
    const value = stream.toString('latin1', at, at + valueBytes);
    at += valueBytes;
    pairs.push([name, value]);
  }
  return pairs;
}
