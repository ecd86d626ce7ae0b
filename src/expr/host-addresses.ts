import { readFileSync } from 'node:fs';

const MAX_AGE_MS = 60_000;

let hosts: { readonly readAt: number; readonly addresses: ReadonlyMap<string, string> } | undefined;

/**
 * The address of a host name by /etc/hosts, the first when there are several; `undefined` when it is not there. No
 * name server is asked: an expression is evaluated at once, and must not wait for one.
 */
export function hostAddress(name: string): string | undefined {
  const now = Date.now();
  if (hosts === undefined || now - hosts.readAt > MAX_AGE_MS) hosts = { readAt: now, addresses: readHosts() };
  return hosts.addresses.get(name.toLowerCase());
}

/**
 * The address that a short or numeric form stands for, such as `127.1`, `0x7f000001` or `017700000001`: the last number
 * fills the bytes that are left. `undefined` when it is no such form.
 *
 * @source inet_aton(3), which getaddrinfo(3) follows
 */
export function shortAddress(text: string): string | undefined {
  if (!/^(?:0x[0-9a-f]{1,8}|\d{1,12})(?:\.(?:0x[0-9a-f]{1,8}|\d{1,12})){0,3}$/i.test(text)) return undefined;
  const numbers = text.split('.').map(readNumber);
  const last = numbers.pop()!;
  const isTooLarge = numbers.some((number) => number > 255) || last >= 256 ** (4 - numbers.length);
  if (isTooLarge || Number.isNaN(last) || numbers.some(Number.isNaN)) return undefined;
  const value = numbers.reduce((sum, number, index) => sum + number * 256 ** (3 - index), last);
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.');
}

/** Decimal, octal behind a 0, hexadecimal behind a 0x. */
function readNumber(text: string): number {
  if (/^0x/i.test(text)) return Number.parseInt(text.slice(2), 16);
  if (!text.startsWith('0')) return Number(text);
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}

function readHosts(): ReadonlyMap<string, string> {
  const addresses = new Map<string, string>();
  let text: string;
  try {
    text = readFileSync('/etc/hosts', 'latin1');
  } catch {
    return addresses;
  }
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    for (const name of names) {
      const key = name.toLowerCase();
      if (address !== undefined && !addresses.has(key)) addresses.set(key, address);
    }
  }
  return addresses;
}
