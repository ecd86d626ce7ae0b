import { createServer, type Server, type Socket } from 'node:net';

import {
  decodePairs,
  encodeRecord,
  RECORD,
  RecordReader,
  type RecordOptions,
  type WireRecord,
} from './records.ts';

/** What a request makes the responder do, chosen by `do=NAME` in its QUERY_STRING. */
export type Behaviour = (talk: Conversation) => void | Promise<void>;

export interface MisbehavingOptions {
  readonly behaviours: Readonly<Record<string, Behaviour>>;
  /**
   * Like PHP-FPM: so many connections are served at a time, each bound to its child until it is closed. The others
   * wait unread, as in the accept queue.
   */
  readonly children?: number;
}

/** One request in the hands of a behaviour. */
export class Conversation {
  readonly socket: Socket;
  readonly params: ReadonlyMap<string, string>;
  readonly keepOpen: boolean;
  /** Requests served on this connection before. */
  readonly servedBefore: number;
  stdinBytes = 0;
  isStdinEnded = false;
  readonly #stdinEnded: Promise<void>;
  #endStdin: () => void = () => {};

  constructor(socket: Socket, params: ReadonlyMap<string, string>, keepOpen: boolean, servedBefore: number) {
    this.socket = socket;
    this.params = params;
    this.keepOpen = keepOpen;
    this.servedBefore = servedBefore;
    this.#stdinEnded = new Promise((resolve) => (this.#endStdin = resolve));
  }

  noteStdin(content: Buffer): void {
    this.stdinBytes += content.length;
    if (content.length > 0) return;
    this.isStdinEnded = true;
    this.#endStdin();
  }

  /** Settles when the empty STDIN record is here. */
  stdinEnded(): Promise<void> {
    return this.#stdinEnded;
  }

  /** Any bytes at all. */
  raw(bytes: Buffer | string): this {
    if (!this.socket.destroyed)
      this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    return this;
  }

  record(type: number, content: Buffer | string, options: RecordOptions = {}): this {
    return this.raw(
      encodeRecord(type, typeof content === 'string' ? Buffer.from(content, 'latin1') : content, options),
    );
  }

  out(content: Buffer | string, options?: RecordOptions): this {
    return this.record(RECORD.stdout, content, options);
  }

  err(content: Buffer | string): this {
    return this.record(RECORD.stderr, content);
  }

  /** END_REQUEST, with the empty STDOUT before it unless told otherwise. */
  finish(
    options: { status?: number; appStatus?: number; withoutStdoutEnd?: boolean; paddingBytes?: number } = {},
  ): this {
    const end = Buffer.alloc(8);
    end.writeUInt32BE(options.appStatus ?? 0, 0);
    end[4] = options.status ?? 0;
    const padding = { paddingBytes: options.paddingBytes ?? 0 };
    const records = [
      ...(options.withoutStdoutEnd === true ? [] : [encodeRecord(RECORD.stdout, Buffer.alloc(0), padding)]),
      encodeRecord(RECORD.end, end, padding),
    ];
    this.raw(Buffer.concat(records));
    if (!this.keepOpen) this.socket.end();
    return this;
  }

  close(): void {
    this.socket.destroy();
  }

  /** Sends a FIN and goes on reading. */
  halfClose(): void {
    this.socket.end();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  pauseReading(): void {
    this.socket.pause();
  }

  resumeReading(): void {
    this.socket.resume();
  }
}

/** A complete, correct answer that says what was received. */
export function answerWell(talk: Conversation): void {
  const body = `params=${talk.params.size} stdin=${talk.stdinBytes}`;
  talk.out(`Content-Type: text/plain\r\n\r\n${body}`).finish();
}

interface Peer {
  readonly socket: Socket;
  readonly reader: RecordReader;
  params: Buffer[];
  talk: Conversation | undefined;
  isBegun: boolean;
  isParamsEnded: boolean;
  keepOpen: boolean;
  served: number;
}

/**
 * A FastCGI application that misbehaves on command, counts what reaches it, and notes every protocol error that its
 * peer makes.
 */
export class MisbehavingResponder {
  connections = 0;
  /** Connections that a child has taken up. */
  accepted = 0;
  requests = 0;
  /** How often each `key=` of a QUERY_STRING was executed. */
  readonly executions = new Map<string, number>();
  readonly protocolErrors: string[] = [];
  readonly #options: MisbehavingOptions;
  readonly #server: Server;
  readonly #peers = new Set<Peer>();
  readonly #acceptQueue: Socket[] = [];
  #bound = 0;

  constructor(options: MisbehavingOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true, pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
      this.connections += 1;
      socket.on('error', () => socket.destroy());
      this.#acceptQueue.push(socket);
      this.#accept();
    });
  }

  /** Listens on a free loopback port, a given one, or a unix socket. */
  listen(at: number | string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      if (typeof at === 'string') this.#server.listen(at, resolve);
      else this.#server.listen(at, '127.0.0.1', resolve);
    });
  }

  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  }

  /** Connections that are open at present, accepted or not. */
  get open(): number {
    return this.#bound + this.#acceptQueue.filter((socket) => !socket.destroyed).length;
  }

  /** Closes the connections that no request runs on, as an application does when it is restarted. */
  dropIdle(): void {
    for (const peer of this.#peers) if (!peer.isBegun) peer.socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#acceptQueue) socket.destroy();
    for (const peer of this.#peers) peer.socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(): void {
    while (this.#bound < (this.#options.children ?? Infinity)) {
      const socket = this.#acceptQueue.shift();
      if (socket === undefined) return;
      if (!socket.destroyed) this.#serve(socket);
    }
  }

  #serve(socket: Socket): void {
    this.accepted += 1;
    this.#bound += 1;
    const peer: Peer = {
      socket,
      reader: new RecordReader(),
      params: [],
      talk: undefined,
      isBegun: false,
      isParamsEnded: false,
      keepOpen: false,
      served: 0,
    };
    this.#peers.add(peer);
    socket.on('data', (bytes) => {
      for (const record of peer.reader.push(bytes)) this.#take(peer, record);
    });
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      this.#peers.delete(peer);
      this.#bound -= 1;
      this.#accept();
    });
    socket.resume();
  }

  #take(peer: Peer, record: WireRecord): void {
    this.#check(peer, record);
    switch (record.type) {
      case RECORD.begin:
        Object.assign(peer, { params: [], talk: undefined, isBegun: true, isParamsEnded: false });
        peer.keepOpen = ((record.content[2] ?? 0) & 1) === 1;
        return;
      case RECORD.params:
        if (record.content.length > 0) peer.params.push(record.content);
        else this.#begin(peer);
        return;
      case RECORD.stdin:
        peer.talk?.noteStdin(record.content);
        if (record.content.length === 0) peer.isBegun = false;
        return;
      default:
    }
  }

  #begin(peer: Peer): void {
    peer.isParamsEnded = true;
    const pairs = decodePairs(Buffer.concat(peer.params));
    const params = new Map(pairs);
    if (params.size !== pairs.length) this.protocolErrors.push('duplicate parameter name');
    const query = new URLSearchParams(params.get('QUERY_STRING') ?? '');
    const key = query.get('key');
    if (key !== null) this.executions.set(key, (this.executions.get(key) ?? 0) + 1);
    const talk = new Conversation(peer.socket, params, peer.keepOpen, peer.served);
    peer.talk = talk;
    peer.served += 1;
    this.requests += 1;
    const behaviour = this.#options.behaviours[query.get('do') ?? ''];
    if (behaviour === undefined) void talk.stdinEnded().then(() => answerWell(talk));
    else void behaviour(talk);
  }

  #check(peer: Peer, record: WireRecord): void {
    const note = (error: string): void => void this.protocolErrors.push(error);
    if (record.version !== 1) note(`version ${record.version}`);
    if (record.requestId !== 1) note(`record for unknown id ${record.requestId}`);
    if (record.type === RECORD.begin) {
      if (peer.isBegun) note('second BEGIN for a live id');
      if (record.content.length !== 8) note(`BEGIN of ${record.content.length} bytes`);
      return;
    }
    if (record.type === RECORD.abort) note('ABORT_REQUEST, which PHP-FPM does not know');
    if (!peer.isBegun) note(`record of type ${record.type} outside of a request`);
    if (record.type === RECORD.params && peer.isParamsEnded) note('PARAMS behind their end');
    if (record.type === RECORD.stdin && !peer.isParamsEnded) note('STDIN before the end of PARAMS');
    if (
      record.type === RECORD.params &&
      record.content.length === 0 &&
      !isWholePairs(Buffer.concat(peer.params))
    ) {
      note('PARAMS overrun');
    }
  }
}

/** The lengths in a PARAMS stream add up to its size. */
function isWholePairs(stream: Buffer): boolean {
  const pairs = decodePairs(stream);
  const size = (text: string): number => text.length + (text.length < 128 ? 1 : 4);
  return pairs.reduce((sum, [name, value]) => sum + size(name) + size(value), 0) === stream.length;
}
