import { createHash } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';

import { RECORD, RecordReader, decodePairs, encodeRecord, encodeStream, type WireRecord } from './records.ts';
import { escapeBytes } from './text.ts';

/**
 * What a request tells the responder to do, as a query string in `QUERY_STRING` or, when that holds no
 * instruction, in the request header `X-Do`.
 *
 * | key | effect |
 * | --- | --- |
 * | `status=404 Nope` | sends a Status header |
 * | `ct=text/html`, `noct=1` | another Content-Type, or none |
 * | `h=Name: value` | one more header line; may be repeated |
 * | `body=text`, `size=n` | this body, or n bytes, in place of the echo |
 * | `out=bytes` | the whole script output, headers included |
 * | `wire=hex` | the whole answer as record bytes |
 * | `rec=n`, `pad=n` | content and padding bytes for each STDOUT record |
 * | `stderr=text` | a STDERR record before STDOUT |
 * | `end=n` | protocolStatus of END_REQUEST; `end=none` leaves the record out |
 * | `open=1` | no empty STDOUT record before END_REQUEST |
 * | `close=start\|head\|body\|end` | closes the connection at that point |
 * | `early=1` | answers before STDIN has ended |
 * | `delay=ms` | waits before answering |
 * | `only=n` | all this holds for responder number n alone; others echo |
 */
type Instructions = Query;

/** A query string whose values are bytes: `%80` stays one byte, which URLSearchParams would not keep. */
class Query {
  readonly #pairs: readonly (readonly [string, string])[];

  constructor(text: string) {
    this.#pairs = text.split('&').map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0
        ? [decode(pair), '']
        : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    });
  }

  get(name: string): string | null {
    return this.#pairs.find((pair) => pair[0] === name)?.[1] ?? null;
  }

  getAll(name: string): readonly string[] {
    return this.#pairs.filter((pair) => pair[0] === name).map((pair) => pair[1]);
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  isInstruction(): boolean {
    return this.#pairs.some((pair) => KNOWN_KEYS.has(pair[0]));
  }
}

function decode(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

export interface ResponderCounters {
  connections: number;
  requests: number;
}

interface Exchange {
  readonly reader: RecordReader;
  readonly params: Buffer[];
  readonly stdin: Buffer[];
  readonly seen: string[];
  keepOpen: boolean;
  role: number;
  served: number;
  answered: boolean;
}

const KNOWN_KEYS = new Set(
  'status ct noct h body size out wire rec pad stderr end open close early delay only'.split(' '),
);

/** A FastCGI application that answers every request with a listing of what it was sent. */
export class Responder {
  readonly number: number;
  readonly counters: ResponderCounters = { connections: 0, requests: 0 };
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  constructor(number: number) {
    this.number = number;
  }

  /** Listens on a loopback port and gives it back; 0 takes any free one. */
  listenTcp(port: number): Promise<number> {
    const server = this.#createServer();
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        const address = server.address();
        resolve(address !== null && typeof address === 'object' ? address.port : port);
      });
    });
  }

  /** Listens on a unix socket that every user may connect to. */
  listenUnix(path: string): Promise<void> {
    const server = this.#createServer();
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => {
        chmodSync(path, 0o777);
        resolve();
      });
    });
  }

  /** Forgets kept connections, so that one case cannot see another's. */
  reset(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.counters.connections = 0;
    this.counters.requests = 0;
  }

  async close(): Promise<void> {
    this.reset();
    await Promise.all(
      this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
    );
  }

  #createServer(): Server {
    const server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
    this.#servers.push(server);
    return server;
  }

  #serve(socket: Socket): void {
    this.counters.connections += 1;
    this.#sockets.add(socket);
    let exchange = newExchange(0);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (bytes) => {
      for (const record of exchange.reader.push(bytes)) {
        note(exchange, record);
        const instructions = this.#instructionsAfter(record, exchange);
        if (instructions !== undefined) {
          exchange.answered = true;
          this.#answer(socket, exchange, instructions);
        }
        const isComplete = record.type === RECORD.stdin && record.content.length === 0;
        if (isComplete) exchange = { ...newExchange(exchange.served + 1), reader: exchange.reader };
      }
    });
  }

  /** The instructions when this record is the one to answer, else undefined. */
  #instructionsAfter(record: WireRecord, exchange: Exchange): Instructions | undefined {
    if (exchange.answered || record.content.length > 0) return undefined;
    if (record.type !== RECORD.params && record.type !== RECORD.stdin) return undefined;
    const pairs = decodePairs(Buffer.concat(exchange.params));
    const instructions = readInstructions(pairs, this.number);
    if (record.type === RECORD.params && !instructions.has('early')) return undefined;
    return instructions;
  }

  #answer(socket: Socket, exchange: Exchange, instructions: Instructions): void {
    this.counters.requests += 1;
    const delayMs = Number(instructions.get('delay') ?? 0);
    const send = (): void => sendAnswer(socket, exchange, instructions, this.number);
    if (delayMs > 0) setTimeout(send, delayMs);
    else send();
  }
}

function newExchange(served: number): Exchange {
  return {
    reader: new RecordReader(),
    params: [],
    stdin: [],
    seen: [],
    keepOpen: false,
    role: 0,
    served,
    answered: false,
  };
}

function note(exchange: Exchange, record: WireRecord): void {
  switch (record.type) {
    case RECORD.begin:
      exchange.role = record.content.readUInt16BE(0);
      exchange.keepOpen = ((record.content[2] ?? 0) & 1) === 1;
      exchange.seen.push(`BEGIN id=${record.requestId}`);
      return;
    case RECORD.params:
      exchange.params.push(record.content);
      exchange.seen.push(`PARAMS ${record.content.length}`);
      return;
    case RECORD.stdin:
      exchange.stdin.push(record.content);
      exchange.seen.push(`STDIN ${record.content.length}`);
      return;
    default:
      exchange.seen.push(`type${record.type} ${record.content.length}`);
  }
}

function readInstructions(pairs: readonly (readonly [string, string])[], responder: number): Instructions {
  for (const name of ['QUERY_STRING', 'HTTP_X_DO', 'REDIRECT_QUERY_STRING']) {
    const value = pairs.find((pair) => pair[0] === name)?.[1];
    if (value === undefined) continue;
    const instructions = new Query(value);
    if (!instructions.isInstruction()) continue;
    const only = instructions.get('only');
    return only === null || Number(only) === responder ? instructions : new Query('');
  }
  return new Query('');
}

function sendAnswer(socket: Socket, exchange: Exchange, instructions: Instructions, responder: number): void {
  const closeAt = instructions.get('close');
  if (closeAt === 'start') {
    socket.destroy();
    return;
  }
  const wire = instructions.get('wire');
  if (wire !== null) {
    socket.write(Buffer.from(wire, 'hex'));
    if (closeAt !== null) socket.end();
    return;
  }
  const output = Buffer.from(scriptOutput(exchange, instructions, responder), 'latin1');
  const headEnd = output.indexOf('\r\n\r\n');
  const cut =
    closeAt === 'head' ? Math.max(1, headEnd - 2) : closeAt === 'body' ? headEnd + 4 + 20 : output.length;
  const paddingBytes = Number(instructions.get('pad') ?? 0);
  const pieceBytes = Number(instructions.get('rec') ?? 32_000);
  const parts: Buffer[] = [];
  const stderr = instructions.get('stderr');
  if (stderr !== null) {
    parts.push(
      encodeStream(RECORD.stderr, Buffer.from(stderr, 'latin1'), pieceBytes),
      encodeRecord(RECORD.stderr, Buffer.alloc(0)),
    );
  }
  parts.push(encodeStream(RECORD.stdout, output.subarray(0, cut), pieceBytes, { paddingBytes }));
  if (cut < output.length) {
    socket.end(Buffer.concat(parts));
    return;
  }
  if (!instructions.has('open')) parts.push(encodeRecord(RECORD.stdout, Buffer.alloc(0)));
  const end = instructions.get('end') ?? '0';
  if (end !== 'none') {
    parts.push(encodeRecord(RECORD.end, Buffer.from([0, 0, 0, 0, Number(end), 0, 0, 0]), { paddingBytes }));
  }
  socket.write(Buffer.concat(parts));
  if (!exchange.keepOpen || closeAt === 'end' || end === 'none') socket.end();
}

function scriptOutput(exchange: Exchange, instructions: Instructions, responder: number): string {
  const whole = instructions.get('out');
  if (whole !== null) return whole;
  const head: string[] = [];
  const status = instructions.get('status');
  if (status !== null) head.push(`Status: ${status}`);
  if (!instructions.has('noct')) head.push(`Content-Type: ${instructions.get('ct') ?? 'text/plain'}`);
  head.push(...instructions.getAll('h'));
  return `${head.join('\r\n')}\r\n\r\n${scriptBody(exchange, instructions, responder)}`;
}

function scriptBody(exchange: Exchange, instructions: Instructions, responder: number): string {
  const body = instructions.get('body');
  if (body !== null) return body;
  const size = instructions.get('size');
  if (size !== null) return pattern(Number(size));
  return echo(exchange, responder);
}

/** `bytes` characters that repeat with a period of 251, so that a shifted copy never looks right. */
export function pattern(bytes: number): string {
  const period = Array.from({ length: 251 }, (_, index) => String.fromCharCode(33 + ((index * 7) % 90))).join(
    '',
  );
  return period.repeat(Math.ceil(bytes / period.length)).slice(0, bytes);
}

/** First line of every echo body; the comparison recognises it. */
export const ECHO_MARK = '@echo';

function echo(exchange: Exchange, responder: number): string {
  const stdin = Buffer.concat(exchange.stdin);
  const pairs = decodePairs(Buffer.concat(exchange.params));
  return [
    `${ECHO_MARK} responder=${responder} request=${exchange.served + 1} keep=${exchange.keepOpen ? 1 : 0} role=${exchange.role}`,
    ...pairs.map(([name, value]) => `${escapeBytes(name)}=${escapeBytes(value)}`),
    `@stdin ${stdin.length} ${createHash('sha1').update(stdin).digest('hex')}`,
    `@records ${exchange.seen.join(', ')}`,
    '',
  ].join('\n');
}
