import { connect, type Socket } from 'node:net';

import type { Segment } from './case-file.ts';

export type Framing = 'length' | 'chunked' | 'close' | 'none';

export interface RawResponse {
  /** The status line as it came; empty for an answer without a head (HTTP/0.9). */
  readonly statusLine: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly framing: Framing;
  readonly body: string;
  /** The connection ended before the framing said so. */
  readonly isTruncated: boolean;
}

export interface RawExchange {
  readonly responses: readonly RawResponse[];
  readonly isKept: boolean;
  readonly timedOut: boolean;
}

/** Answered locally by every server, and never sent to a backend. */
export const PROBE = 'OPTIONS * HTTP/1.0\r\n\r\n';
const EXCHANGE_LIMIT_MS = 12_000;

/**
 * Everything that one connection gave back: the responses, and whether it could have been used again.
 *
 * When the awaited responses are complete, one more tiny request asks whether the connection still lives.
 */
export function exchange(
  port: number,
  segments: readonly Segment[],
  methods: readonly string[],
  limitMs: number = EXCHANGE_LIMIT_MS,
): Promise<RawExchange> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let received = '';
    let isProbing = false;
    let answers: readonly RawResponse[] = [];
    const finish = (outcome: { isKept: boolean; timedOut: boolean }): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ responses: answers, ...outcome });
    };
    const timer = setTimeout(() => {
      answers = parseResponses(received, methods, true).responses;
      finish({ isKept: false, timedOut: true });
    }, limitMs);
    const ended = (): void => {
      if (!isProbing) answers = parseResponses(received, methods, true).responses;
      finish({ isKept: false, timedOut: false });
    };
    socket.on('connect', () => void send(socket, segments));
    socket.on('data', (bytes) => {
      if (isProbing) {
        finish({ isKept: true, timedOut: false });
        return;
      }
      received += bytes.toString('latin1');
      if (received.length > 300_000 && !mayBeComplete(received)) return;
      const parsed = parseResponses(received, methods, false);
      if (!parsed.isComplete) return;
      answers = parsed.responses;
      isProbing = true;
      if (parsed.surplus) finish({ isKept: true, timedOut: false });
      else socket.write(PROBE);
    });
    socket.on('end', ended);
    socket.on('error', ended);
    socket.on('close', ended);
  });
}

/** Long bodies are parsed only when their end may be there, or every piece would cost a whole parse. */
function mayBeComplete(received: string): boolean {
  const declared = /\r\ncontent-length: *(\d+)/i.exec(received.slice(0, 4096))?.[1];
  return declared === undefined ? received.endsWith('0\r\n\r\n') : received.length > Number(declared);
}

async function send(socket: Socket, segments: readonly Segment[]): Promise<void> {
  for (const segment of segments) {
    if (socket.destroyed) return;
    switch (segment.kind) {
      case 'bytes':
        socket.write(segment.bytes, 'latin1');
        break;
      case 'pause':
        await new Promise((resolve) => setTimeout(resolve, segment.ms));
        break;
      case 'finish':
        socket.end();
        break;
    }
  }
}

interface Parsed {
  readonly responses: readonly RawResponse[];
  readonly isComplete: boolean;
  readonly surplus: boolean;
}

function parseResponses(received: string, methods: readonly string[], hasEnded: boolean): Parsed {
  const responses: RawResponse[] = [];
  let rest = received;
  let finals = 0;
  while (rest !== '') {
    if (!hasEnded && finals === methods.length) break;
    const one = parseResponse(rest, methods[finals] ?? 'GET', hasEnded);
    if (one === undefined) return { responses, isComplete: false, surplus: false };
    responses.push(one.response);
    if (!isInterim(one.response)) finals += 1;
    rest = rest.slice(one.bytes);
  }
  return { responses, isComplete: finals >= methods.length, surplus: rest !== '' };
}

function isInterim(response: RawResponse): boolean {
  return /^HTTP\/1\.[01] 100 Continue$/.test(response.statusLine);
}

function parseResponse(
  text: string,
  method: string,
  hasEnded: boolean,
): { response: RawResponse; bytes: number } | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (!text.startsWith('HTTP/') || headEnd < 0) {
    if (!hasEnded) return undefined;
    const isTruncated = text.startsWith('HTTP/');
    return {
      response: { statusLine: '', headers: [], framing: 'close', body: text, isTruncated },
      bytes: text.length,
    };
  }
  const [statusLine = '', ...lines] = text.slice(0, headEnd).split('\r\n');
  const headers = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
  });
  const start = headEnd + 4;
  const status = Number(statusLine.split(' ')[1]);
  const build = (framing: Framing, body: string, bytes: number, isTruncated = false) => ({
    response: { statusLine, headers, framing, body, isTruncated },
    bytes,
  });
  const valueOf = (name: string): string | undefined =>
    headers.find(([other]) => other.toLowerCase() === name)?.[1];
  if (method === 'HEAD' || status === 204 || status === 304 || status === 100)
    return build('none', '', start);
  if (/chunked/i.test(valueOf('transfer-encoding') ?? '')) {
    const chunked = parseChunks(text, start);
    if (!chunked.isComplete && !hasEnded) return undefined;
    return build('chunked', chunked.body, chunked.end, !chunked.isComplete);
  }
  const length = valueOf('content-length');
  if (length !== undefined) {
    const end = start + Number(length);
    if (text.length < end && !hasEnded) return undefined;
    return build('length', text.slice(start, end), Math.min(end, text.length), text.length < end);
  }
  return hasEnded ? build('close', text.slice(start), text.length) : undefined;
}

function parseChunks(text: string, start: number): { body: string; end: number; isComplete: boolean } {
  let at = start;
  const pieces: string[] = [];
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd < 0) break;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (!Number.isInteger(size)) break;
    const dataEnd = lineEnd + 2 + size;
    if (size === 0) {
      const trailerEnd = text.indexOf('\r\n', lineEnd + 2);
      if (trailerEnd < 0) break;
      if (trailerEnd === lineEnd + 2) return { body: pieces.join(''), end: trailerEnd + 2, isComplete: true };
      const end = text.indexOf('\r\n\r\n', lineEnd);
      if (end < 0) break;
      return { body: pieces.join(''), end: end + 4, isComplete: true };
    }
    pieces.push(text.slice(lineEnd + 2, dataEnd));
    if (text.length < dataEnd + 2) break;
    at = dataEnd + 2;
  }
  return { body: pieces.join(''), end: text.length, isComplete: false };
}
