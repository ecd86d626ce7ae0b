import { isIPv4, isIPv6 } from 'node:net';

/** Addresses that share their first bits. */
export interface Subnet {
  readonly family: 4 | 6;
  /** The network, as 32-bit words: one for IPv4, four for IPv6. */
  readonly network: readonly number[];
  readonly mask: readonly number[];
}

export type SubnetResult =
  { readonly ok: true; readonly subnet: Subnet } | { readonly ok: false; readonly message: string };

/**
 * Reads `10.1`, `10.1.0.0/16`, `10.1.0.0/255.255.0.0` or an IPv6 address with or without a prefix length.
 * Bits behind the prefix are ignored.
 *
 * @source apr_ipsubnet_create
 */
export function parseSubnet(text: string): SubnetResult {
  const slash = text.indexOf('/');
  return slash < 0 ? parsePlain(text) : parseMasked(text.slice(0, slash), text.slice(slash + 1));
}

function parsePlain(text: string): SubnetResult {
  if (isIPv4(text)) return { ok: true, subnet: subnetOf(4, [ipv4Word(text)], 32) };
  if (isNetworkV6(text)) return { ok: true, subnet: subnetOf(6, ipv6Words(text), 128) };
  return parsePartial(text);
}

/** Whether a subnet may be given by this address: APR takes neither scopes nor IPv4 addresses mapped into IPv6. */
function isNetworkV6(text: string): boolean {
  return isIPv6(text) && !text.includes('%') && !isMapped(ipv6Words(text));
}

/** Reads one to three decimal octets, as in `10.1` or `10.1.`. */
function parsePartial(text: string): SubnetResult {
  if (!/^\d/.test(text)) return failure('an address');
  const octets = text.split('.');
  if (octets.at(-1) === '') octets.pop();
  if (octets.length > 3 || octets.some((octet) => !/^\d+$/.test(octet) || Number(octet) > 255)) {
    return failure('an address');
  }
  const word = octets.reduce((sum, octet, index) => sum + Number(octet) * 2 ** (24 - 8 * index), 0);
  return { ok: true, subnet: subnetOf(4, [word], 8 * octets.length) };
}

function parseMasked(address: string, mask: string): SubnetResult {
  const isV4 = isIPv4(address);
  if (!isV4 && !isNetworkV6(address)) return failure('an address');
  const words = isV4 ? [ipv4Word(address)] : ipv6Words(address);
  const family = isV4 ? 4 : 6;
  if (/^\s*[+-]?\d+$/.test(mask)) {
    const bits = Number(mask);
    if (bits < 1 || bits > words.length * 32) return failure('a prefix length');
    return { ok: true, subnet: subnetOf(family, words, bits) };
  }
  if (!isV4 || !isIPv4(mask)) return failure('a netmask');
  const bits = ipv4Word(mask);
  return { ok: true, subnet: { family, network: [(words[0]! & bits) >>> 0], mask: [bits] } };
}

function failure(what: string): SubnetResult {
  return { ok: false, message: `not ${what}` };
}

function subnetOf(family: 4 | 6, words: readonly number[], bits: number): Subnet {
  const mask = words.map((_, index) => {
    const kept = Math.min(32, Math.max(0, bits - 32 * index));
    return kept === 0 ? 0 : (0xffffffff << (32 - kept)) >>> 0;
  });
  return { family, network: words.map((word, index) => (word & mask[index]!) >>> 0), mask };
}

/** Whether the address, as text, is in the subnet. An IPv4 address mapped into IPv6 counts as IPv4. */
export function subnetContains(subnet: Subnet, address: string): boolean {
  const words = addressWords(address);
  if (words === undefined || words.length !== subnet.network.length) return false;
  return words.every((word, index) => (word & subnet.mask[index]!) >>> 0 === subnet.network[index]);
}

/** The address as one 32-bit word (IPv4) or four (IPv6); `undefined` when it is not an address. */
function addressWords(address: string): readonly number[] | undefined {
  if (isIPv4(address)) return [ipv4Word(address)];
  const scope = address.indexOf('%');
  const plain = scope < 0 ? address : address.slice(0, scope);
  if (!isIPv6(plain)) return undefined;
  const words = ipv6Words(plain);
  return isMapped(words) ? [words[3]!] : words;
}

function isMapped(words: readonly number[]): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
}

function ipv4Word(address: string): number {
  return address.split('.').reduce((word, octet) => word * 256 + Number(octet), 0);
}

function ipv6Words(address: string): readonly number[] {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  if (dotted !== null) {
    const word = ipv4Word(dotted[2]!);
    return ipv6Words(`${dotted[1]}${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`);
  }
  const [head = '', tail] = address.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
  const groups = [...first, ...zeros, ...last].map((group) => Number.parseInt(group, 16));
  return [0, 2, 4, 6].map((index) => ((groups[index]! << 16) | groups[index + 1]!) >>> 0);
}
