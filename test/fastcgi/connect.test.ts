import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  connectSocket,
  type ConnectedSocket,
  type ConnectListener,
  type SocketUser,
} from '../../src/fastcgi/connect.ts';

/** Answers each line with the number of its connection, and ends behind `end`. */
let server: Server;
let port: number;
let accepted = 0;
const open = new Set<Socket>();

beforeAll(async () => {
  server = createServer((socket) => {
    accepted += 1;
    const number = accepted;
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const text = bytes.toString();
      if (text === 'stall') socket.pause();
      else if (text.endsWith('end')) socket.end(`${number}`);
      else socket.write(`${number}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  for (const socket of open) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

function connectOnce(): Promise<ConnectedSocket> {
  return new Promise((resolve, reject) => {
    connectSocket({ host: '127.0.0.1', port, localAddress: undefined }, 5000, {
      connected: resolve,
      failed: (error) => reject(error ?? new Error('too late')),
    });
  });
}

/** Notes what a socket tells its user. */
class Notes implements SocketUser {
  text = '';
  ends = 0;
  #heard: (() => void) | undefined;

  received(buffer: Buffer, bytes: number): boolean {
    this.text += buffer.toString('latin1', 0, bytes);
    this.#heard?.();
    return true;
  }

  drained(): void {}

  broke(): void {
    this.ends += 1;
    this.#heard?.();
  }

  /** Resolves with the next thing told. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => (this.#heard = resolve));
  }
}

async function ask(made: ConnectedSocket, text: string): Promise<Notes> {
  const notes = new Notes();
  made.use(notes);
  const told = notes.next();
  made.socket.write(text);
  await told;
  return notes;
}

async function closed(made: ConnectedSocket): Promise<void> {
  const told = once(made.socket, 'close');
  made.close();
  await told;
}

describe('a backend socket', () => {
  it('connects again after it was closed at rest, and tells each user only of its own connection', async () => {
    const first = await connectOnce();
    const notes = await ask(first, 'hello');
    await closed(first);
    const second = await connectOnce();
    expect(second.socket).toBe(first.socket);
    const others = await ask(second, 'hello');
    expect(Number(others.text)).toBe(Number(notes.text) + 1);
    expect(notes.ends).toBe(0);
    await closed(second);
  });

  it('tells of the end of the other side, and connects again after it', async () => {
    const first = await connectOnce();
    const notes = await ask(first, 'end');
    if (notes.ends === 0) await notes.next();
    expect(notes.ends).toBeGreaterThan(0);
    await closed(first);
    const second = await connectOnce();
    expect((await ask(second, 'hello')).text).toMatch(/^\d+$/);
    await closed(second);
  });

  it('is not used again when bytes waited in it', async () => {
    const first = await connectOnce();
    first.use(new Notes());
    first.socket.write('stall');
    while (first.socket.write(Buffer.alloc(1_048_576)));
    await closed(first);
    const second = await connectOnce();
    expect(second.socket).not.toBe(first.socket);
    expect((await ask(second, 'hello')).text).toMatch(/^\d+$/);
    await closed(second);
  });

  it('is not used again when it was paused', async () => {
    const first = await connectOnce();
    await ask(first, 'hello');
    first.socket.pause();
    await closed(first);
    const second = await connectOnce();
    expect(second.socket).not.toBe(first.socket);
    expect((await ask(second, 'hello')).text).toMatch(/^\d+$/);
    await closed(second);
  });

  it('reports a refusal, and what gives up late gives up nothing', async () => {
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const { port: refusing } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    let giveUp: () => void = () => undefined;
    const error = await new Promise<Error | undefined>((resolve, reject) => {
      const listener: ConnectListener = {
        connected: () => reject(new Error('nobody listens there')),
        failed: resolve,
      };
      const target = { host: '127.0.0.1', port: refusing, localAddress: undefined };
      const pending = connectSocket(target, 5000, listener);
      giveUp = () => pending.cancel(listener);
    });
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    const made = await connectOnce();
    giveUp();
    expect((await ask(made, 'hello')).text).toMatch(/^\d+$/);
    await closed(made);
  });

  it('reports arguments that node refuses, and does without what was given up before its turn ended', async () => {
    const target = { host: '127.0.0.1', port, localAddress: 'no address' };
    const error = await new Promise<Error | undefined>((resolve, reject) => {
      connectSocket(target, 5000, { connected: () => reject(new Error('connected')), failed: resolve });
    });
    expect(error).toMatchObject({ code: 'ERR_INVALID_IP_ADDRESS' });
    const before = accepted;
    let told = 0;
    const listener: ConnectListener = { connected: () => (told += 1), failed: () => (told += 1) };
    connectSocket({ ...target, localAddress: undefined }, 5000, listener).cancel(listener);
    const made = await connectOnce();
    expect((await ask(made, 'hello')).text).toBe(String(before + 1));
    expect(told).toBe(0);
    await closed(made);
  });
});
