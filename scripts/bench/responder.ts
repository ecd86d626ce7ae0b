/**
 * A FastCGI application that costs as little as it can: it looks only for the end of a request, and answers with bytes
 * made beforehand. Arguments: a TCP port and a unix socket path.
 */
import { chmodSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { STREAM_BYTES } from './sizes.ts';

const [port = '0', path = ''] = process.argv.slice(2);

const BEGIN = 1;
const END = 3;
const STDIN = 5;
const STDOUT = 6;
const SMALL = 'x'.repeat(200);
const BIG = 'x'.repeat(128 * 1024);

function record(type: number, content: Buffer): Buffer {
  const head = Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 0xff, 0, 0]);
  return Buffer.concat([head, content]);
}

function answerOf(body: string): Buffer {
  const text = Buffer.from(`Content-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  const parts: Buffer[] = [];
  for (let at = 0; at < text.length; at += 32_768) parts.push(record(STDOUT, text.subarray(at, at + 32_768)));
  return Buffer.concat([...parts, record(STDOUT, Buffer.alloc(0)), record(END, Buffer.alloc(8))]);
}

const head = (bytes: number): Buffer =>
  record(STDOUT, Buffer.from(`Content-Type: text/plain\r\nContent-Length: ${bytes}\r\n\r\n`));
const end = Buffer.concat([record(STDOUT, Buffer.alloc(0)), record(END, Buffer.alloc(8))]);
const piece = record(STDOUT, Buffer.from('x'.repeat(32_768)));

/** Writes a body that never is in memory as a whole. */
function writeHuge(socket: Socket, done: () => void): void {
  let left = STREAM_BYTES;
  const goOn = (): void => {
    let hasRoom = true;
    while (hasRoom && left > 0) {
      left -= 32_768;
      hasRoom = socket.write(piece);
    }
    if (left > 0) socket.once('drain', goOn);
    else socket.write(end, done);
  };
  socket.write(head(STREAM_BYTES));
  goOn();
}

const small = answerOf(SMALL);
const big = answerOf(BIG);

function serve(socket: Socket): void {
  let keeps = false;
  let wanted: 'small' | 'big' | 'huge' = 'small';
  let held: Buffer = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    let at = 0;
    while (held.length - at >= 8) {
      const length = held.readUInt16BE(at + 4);
      const next = at + 8 + length + held[at + 6]!;
      if (held.length < next) break;
      const type = held[at + 1];
      if (type === BEGIN) keeps = (held[at + 10]! & 1) !== 0;
      else if (type === STDIN && length === 0) {
        const ends = (): void => {
          if (!keeps) socket.end();
        };
        if (wanted === 'huge') writeHuge(socket, ends);
        else {
          socket.write(wanted === 'big' ? big : small);
          ends();
        }
        wanted = 'small';
      } else if (type === 4 && length > 0) {
        const params = held.subarray(at, next);
        wanted = params.includes('big.php') ? 'big' : params.includes('huge.php') ? 'huge' : wanted;
      }
      at = next;
    }
    held = held.subarray(at);
  });
}

createServer({ noDelay: true }, serve).listen(Number(port), '127.0.0.1');
createServer(serve).listen(path, () => {
  chmodSync(path, 0o666);
  process.stdout.write('ready\n');
});
