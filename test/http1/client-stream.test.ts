import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { PassThrough, type Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { clientStream } from '../../src/http1/client-stream.ts';

const BYTES = 4 * 1_048_576;

/** Sends `BYTES` in which each place can be told from its neighbours, and ends. */
function send(socket: Socket): void {
  const block = Buffer.alloc(65_536);
  let at = 0;
  const goOn = (): void => {
    while (at < BYTES) {
      for (let i = 0; i < block.length; i += 4) block.writeUInt32BE(at + i, i);
      at += block.length;
      if (!socket.write(Buffer.from(block))) {
        socket.once('drain', goOn);
        return;
      }
    }
    socket.end();
  };
  goOn();
}

/** What a listener sees that stops the stream behind each `pauseAt`-th piece for a moment. */
async function received(pauseAt: number): Promise<{ bytes: Buffer; whilePaused: number }> {
  const pieces: Buffer[] = [];
  let whilePaused = 0;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await new Promise<void>((resolve, reject) => {
    server.on('connection', (socket) => {
      let isPaused = false;
      const stream = clientStream(socket, (buffer, count) => {
        if (isPaused) whilePaused += count;
        pieces.push(Buffer.from(buffer.subarray(0, count)));
        if (pauseAt === 0 || pieces.length % pauseAt > 0) return;
        stream.pause();
        isPaused = true;
        setTimeout(() => {
          isPaused = false;
          stream.resume();
        }, 2);
      });
      stream.on('end', () => {
        stream.end();
        resolve();
      });
      stream.on('error', reject);
    });
    send(connect((server.address() as AddressInfo).port, '127.0.0.1'));
  });
  server.close();
  return { bytes: Buffer.concat(pieces), whilePaused };
}

describe('clientStream', () => {
  it.each([0, 1, 3, 16])(
    'gives every byte once and in order, paused behind each %i. piece',
    async (pauseAt) => {
      const { bytes, whilePaused } = await received(pauseAt);
      expect(bytes.length).toBe(BYTES);
      for (let at = 0; at < BYTES; at += 4) {
        if (bytes.readUInt32BE(at) !== at) throw new Error(`the bytes at ${at} are others`);
      }
      expect(whilePaused).toBe(0);
    },
  );

  it('holds a sender back while it is paused', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    let first = 0;
    const stopped = new Promise<Duplex>((resolve) => {
      server.on('connection', (socket) => {
        const stream = clientStream(socket, (_buffer, bytes) => {
          first += bytes;
          stream.pause();
          resolve(stream);
        });
      });
    });
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const written = 64 * 1_048_576;
    client.write(Buffer.alloc(written));
    const socket = await stopped;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(client.writableLength).toBeGreaterThan(0);
    expect(first).toBeLessThan(written);
    expect(socket.readableLength).toBeLessThan(1_048_576);
    client.destroy();
    socket.destroy();
    server.close();
  });

  it('reads an accepted socket into memory that all share, and leaves the listener nothing to wait for', async () => {
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const buffers = new Set<Buffer>();
    const closed: Promise<unknown>[] = [];
    server.on('connection', (socket) => {
      const stream = clientStream(socket, (buffer, bytes) => {
        buffers.add(buffer);
        stream.write(buffer.toString('latin1', 0, bytes).toUpperCase(), 'latin1');
      });
      expect(stream).not.toBe(socket);
      expect((stream as Socket).remotePort).toBeGreaterThan(0);
      stream.on('end', () => stream.end());
      closed.push(new Promise((resolve) => stream.on('close', resolve)));
    });
    const { port } = server.address() as AddressInfo;
    const answers = ['one', 'two', 'three'].map(
      (word) =>
        new Promise<string>((resolve, reject) => {
          let text = '';
          const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => client.end(word));
          client.on('data', (chunk: Buffer) => (text += chunk.toString()));
          client.on('end', () => resolve(text));
          client.on('error', reject);
        }),
    );
    expect(await Promise.all(answers)).toEqual(['ONE', 'TWO', 'THREE']);
    expect(buffers.size).toBe(1);
    await Promise.all(closed);
    await new Promise((resolve) => server.close(resolve));
  });

  it('hears other streams, too', async () => {
    const stream = new PassThrough();
    let text = '';
    expect(clientStream(stream, (buffer, bytes) => (text += buffer.toString('latin1', 0, bytes)))).toBe(
      stream,
    );
    stream.write('one ');
    stream.end('two');
    await new Promise((resolve) => stream.on('end', resolve));
    expect(text).toBe('one two');
  });
});
