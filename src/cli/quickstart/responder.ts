import { createServer, type Server, type Socket } from 'node:net';

const BEGIN_REQUEST = 1;
const ABORT_REQUEST = 2;
const END_REQUEST = 3;
const PARAMS = 4;
const STDIN = 5;
const STDOUT = 6;
const HEADER_BYTES = 8;
const KEEP_CONNECTION = 1;
/** Largest content of one record. */
const MAX_CONTENT = 65_535;
/** Parameters beyond this are an attack on an example. */
const MAX_PARAMS_BYTES = 1_048_576;

interface PendingRequest {
  params: Buffer[];
  paramsBytes: number;
  bodyBytes: number;
  readonly keepsConnection: boolean;
}

/** A FastCGI application that shows the variables it gets; listens on a unix socket. */
export function startResponder(path: string): Promise<Server> {
  const server = createServer(answer);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve(server));
  });
}

function answer(socket: Socket): void {
  const requests = new Map<number, PendingRequest>();
  let held: Buffer = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    let at = 0;
    while (held.length - at >= HEADER_BYTES) {
      const contentLength = held.readUInt16BE(at + 4);
      const end = at + HEADER_BYTES + contentLength + held[at + 6]!;
      if (held.length < end) break;
      const content = held.subarray(at + HEADER_BYTES, at + HEADER_BYTES + contentLength);
      take(socket, requests, held[at + 1]!, held.readUInt16BE(at + 2), content);
      at = end;
    }
    held = held.subarray(at);
  });
}

function take(
  socket: Socket,
  requests: Map<number, PendingRequest>,
  type: number,
  id: number,
  content: Buffer,
): void {
  const request = requests.get(id);
  if (type === BEGIN_REQUEST) {
    const keepsConnection = (content[2]! & KEEP_CONNECTION) !== 0;
    requests.set(id, { params: [], paramsBytes: 0, bodyBytes: 0, keepsConnection });
  } else if (request === undefined) return;
  else if (type === PARAMS) {
    request.paramsBytes += content.length;
    if (request.paramsBytes > MAX_PARAMS_BYTES) socket.destroy();
    else request.params.push(Buffer.from(content));
  } else if (type === STDIN && content.length > 0) request.bodyBytes += content.length;
  else if (type === STDIN || type === ABORT_REQUEST) {
    requests.delete(id);
    if (type === STDIN)
      socket.write(records(id, STDOUT, page(readParams(Buffer.concat(request.params)), request.bodyBytes)));
    socket.write(Buffer.concat([header(END_REQUEST, id, 8), Buffer.alloc(8)]));
    if (!request.keepsConnection) socket.end();
  }
}

function header(type: number, id: number, contentLength: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes[0] = 1;
  bytes[1] = type;
  bytes.writeUInt16BE(id, 2);
  bytes.writeUInt16BE(contentLength, 4);
  return bytes;
}

function records(id: number, type: number, content: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < content.length; at += MAX_CONTENT) {
    const piece = content.subarray(at, at + MAX_CONTENT);
    parts.push(header(type, id, piece.length), piece);
  }
  parts.push(header(type, id, 0));
  return Buffer.concat(parts);
}

function readParams(bytes: Buffer): readonly (readonly [name: string, value: string])[] {
  const params: (readonly [string, string])[] = [];
  let at = 0;
  const length = (): number => {
    const first = bytes[at] ?? 0;
    if (first < 0x80) {
      at += 1;
      return first;
    }
    const long = at + 4 <= bytes.length ? bytes.readUInt32BE(at) & 0x7fffffff : bytes.length;
    at += 4;
    return long;
  };
  while (at < bytes.length) {
    const nameLength = length();
    const valueLength = length();
    const name = bytes.toString('latin1', at, at + nameLength);
    at += nameLength;
    params.push([name, bytes.toString('latin1', at, at + valueLength)]);
    at += valueLength;
  }
  return params;
}

function page(params: readonly (readonly [name: string, value: string])[], bodyBytes: number): Buffer {
  const lines = params.map(([name, value]) => `${name} = ${value}\n`);
  const intro = `A FastCGI application was asked, with these variables and ${bodyBytes} bytes of body:\n\n`;
  return Buffer.from(`Content-Type: text/plain; charset=utf-8\r\n\r\n${intro}${lines.join('')}`, 'latin1');
}
