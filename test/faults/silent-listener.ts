import { Worker } from 'node:worker_threads';

/**
 * Accepts nothing until it is woken, and then answers whatever it is sent with the same bytes. Blocks a thread, as only
 * a process that does not turn its event loop leaves connections in the kernel's queue.
 */
const LISTEN = `
const { parentPort, workerData } = require('node:worker_threads');
const server = require('node:net').createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', () => socket.end(workerData.answer));
});
server.listen({ ...workerData.at, backlog: 1 }, () => {
  parentPort.postMessage(server.address().port ?? 0);
  Atomics.wait(workerData.gate, 0, 0);
});
`;

/** A listener with a short accept queue that nobody takes connections from. */
export class SilentListener {
  readonly port: number;
  readonly #worker: Worker;
  readonly #gate: Int32Array;

  private constructor(worker: Worker, gate: Int32Array, port: number) {
    this.#worker = worker;
    this.#gate = gate;
    this.port = port;
  }

  /** @param at a free TCP port when undefined, else the path of a unix socket */
  static async listen(at: string | undefined, answer: Buffer): Promise<SilentListener> {
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const workerData = { gate, answer, at: at === undefined ? { host: '127.0.0.1', port: 0 } : { path: at } };
    const worker = new Worker(LISTEN, { eval: true, workerData });
    const port = await new Promise<number>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    return new SilentListener(worker, gate, port);
  }

  /** From now on it accepts and answers. */
  wake(): void {
    Atomics.store(this.#gate, 0, 1);
    Atomics.notify(this.#gate, 0);
  }

  async close(): Promise<void> {
    this.wake();
    await this.#worker.terminate();
  }
}
