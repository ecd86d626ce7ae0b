import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import { nextReadBuffer } from '../pipeline/read-buffer.ts';

/** Takes the first `bytes` of a buffer, which are good until it returns. */
export type Receive = (buffer: Buffer, bytes: number) => void;

/**
 * Has a client's bytes handed over as they come, in order; `pause` and `resume` hold as ever.
 *
 * `net.connect` reads into memory that its caller gives (`onread`), `net.Server` can't: an accepted socket gets 64 KiB
 * of its own for each read, and sends it through its stream, which is a tenth of a small request. So its handle moves to
 * a socket that reads as a connecting one does. Where handles are not as expected, the stream is used as it is.
 *
 * @returns the stream to use from now on
 */
export function clientStream(accepted: Duplex, receive: Receive): Duplex {
  const handle = accepted instanceof Socket ? takeHandle(accepted) : undefined;
  if (handle === undefined) return accepted.on('data', (chunk: Buffer) => receive(chunk, chunk.length));
  let buffer = nextReadBuffer(0);
  let lastBytes = 0;
  const options: SocketConstructorOpts & { handle: object; onread: OnReadOpts } = {
    handle,
    allowHalfOpen: true,
    onread: {
      buffer: () => (buffer = nextReadBuffer(lastBytes)),
      callback: (bytes) => {
        lastBytes = bytes;
        receive(buffer, bytes);
        return true;
      },
    },
  };
  return new Socket(options);
}

/** The handle of a plain TCP socket that has read nothing; the socket is left without. */
function takeHandle(socket: Socket): object | undefined {
  const holder = socket as unknown as { _handle?: { useUserBuffer?: unknown } | null };
  const handle = holder._handle;
  const isPlain = Object.getPrototypeOf(socket) === Socket.prototype;
  if (!isPlain || typeof handle?.useUserBuffer !== 'function' || socket.readableLength > 0) return undefined;
  holder._handle = null;
  socket.destroy();
  return handle;
}
