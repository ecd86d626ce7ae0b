import type { Socket } from 'node:net';
import type { ConnectionInfo } from '../pipeline/exchange.ts';

let lastId = 0;

/** What is known of an accepted socket. */
export function connectionInfo(socket: Socket, isTls: boolean): ConnectionInfo {
  return {
    localAddress: plainAddress(socket.localAddress),
    localPort: socket.localPort ?? 0,
    remoteAddress: plainAddress(socket.remoteAddress),
    remotePort: socket.remotePort ?? 0,
    isTls,
    keptAlive: 0,
    remoteHost: undefined,
    id: ++lastId,
  };
}

/** An IPv4 address that came through an IPv6 socket is an IPv4 address. */
function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  const plain = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
  const zone = plain.indexOf('%');
  return zone < 0 ? plain : plain.slice(0, zone);
}
