import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * Worker thread of `accept-queue.test.ts`: listens with a short accept queue, then accepts nothing for a while, as an
 * application with all its children busy does. Afterwards it answers every request.
 */
const { at, backlog, busyMs } = workerData as { at: object; backlog: number; busyMs: number };

const HEAD = Buffer.from('Content-Type: text/plain\r\n\r\nserved');
const STDOUT = Buffer.concat([Buffer.from([1, 6, 0, 1, 0, HEAD.length, 0, 0]), HEAD]);
const END = Buffer.from([1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', () => socket.end(Buffer.concat([STDOUT, END])));
});

server.listen({ ...at, backlog }, () => {
  parentPort?.postMessage(server.address());
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, busyMs);
});

parentPort?.once('message', () => server.close(() => process.exit()));
