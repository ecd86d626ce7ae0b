import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { onData } from '../../src/http1/on-data.ts';

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
      onData(socket, (chunk) => {
        if (isPaused) whilePaused += chunk.length;
        pieces.push(chunk);
        if (pauseAt === 0 || pieces.length % pauseAt > 0) return;
        socket.pause();
        isPaused = true;
        setTimeout(() => {
          isPaused = false;
          socket.resume();
        }, 2);
      });
      socket.on('end', resolve);
      socket.on('error', reject);
    });
    send(connect((server.address() as AddressInfo).port, '127.0.0.1'));
  });
  server.close();
  return { bytes: Buffer.concat(pieces), whilePaused };
}

describe('onData', () => {
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
    const stopped = new Promise<Socket>((resolve) => {
      server.on('connection', (socket) => {
        onData(socket, (chunk) => {
          first += chunk.length;
          socket.pause();
          resolve(socket);
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

  it('hears other streams, too', async () => {
    const stream = new PassThrough();
    let text = '';
    onData(stream, (chunk) => (text += chunk.toString()));
    stream.write('one ');
    stream.end('two');
    await new Promise((resolve) => stream.on('end', resolve));
    expect(text).toBe('one two');
  });
});
