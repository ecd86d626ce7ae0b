import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Has a stream's bytes handed over as they come, in order, as a listener for `data` has them; `pause` and `resume`
 * hold as ever.
 *
 * A socket pushes each read into its stream, which emits it and looks for more in the next tick. While the stream flows
 * and holds nothing there is nothing for it to do, and going past it saves a tenth of a small request. What comes while
 * it is paused, and the end, go through the stream: there it is buffered, and there the socket learns to stop reading.
 */
export function onData(stream: Duplex, receive: (chunk: Buffer) => void): void {
  stream.on('data', receive);
  // Of other streams it is not known that they push without being asked.
  if (!(stream instanceof Socket)) return;
  const push = stream.push.bind(stream);
  stream.push = (chunk: Buffer | null, encoding?: BufferEncoding): boolean => {
    if (chunk === null || stream.readableFlowing !== true || stream.readableLength > 0) {
      return push(chunk, encoding);
    }
    receive(chunk);
    return true;
  };
}
