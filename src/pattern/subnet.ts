import { addressWords, ipv4Word, ipv6Words, isMappedIpv4 } from './ip-address.ts';

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
  const words = networkWords(text);
  if (words === undefined) return parsePartial(text);
  return { ok: true, subnet: subnetOf(words, 32 * words.length) };
}

/** The words of an address that may name a subnet: APR takes neither scopes nor IPv4 addresses mapped into IPv6. */
function networkWords(text: string): readonly number[] | undefined {
  const word = ipv4Word(text);
  if (word !== undefined) return [word];
  const words = ipv6Words(text);
  return words === undefined || isMappedIpv4(words) ? undefined : words;
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
  return { ok: true, subnet: subnetOf([word], 8 * octets.length) };
}

function parseMasked(address: string, mask: string): SubnetResult {
  const words = networkWords(address);
  if (words === undefined) return failure('an address');
  if (/^\s*[+-]?\d+$/.test(mask)) {
    const bits = Number(mask);
    if (bits < 1 || bits > words.length * 32) return failure('a prefix length');
    return { ok: true, subnet: subnetOf(words, bits) };
  }
  const bits = ipv4Word(mask);
  if (words.length !== 1 || bits === undefined) return failure('a netmask');
  return { ok: true, subnet: { family: 4, network: [(words[0]! & bits) >>> 0], mask: [bits] } };
}

function failure(what: string): SubnetResult {
  return { ok: false, message: `not ${what}` };
}

function subnetOf(words: readonly number[], bits: number): Subnet {
  const mask = words.map((_, index) => {
    const kept = Math.min(32, Math.max(0, bits - 32 * index));
    return kept === 0 ? 0 : (0xffffffff << (32 - kept)) >>> 0;
  });
  const family = words.length === 1 ? 4 : 6;
  return { family, network: words.map((word, index) => (word & mask[index]!) >>> 0), mask };
}

/** Whether the address, as text, is in the subnet. An IPv4 address mapped into IPv6 counts as IPv4. */
export function subnetContains(subnet: Subnet, address: string): boolean {
  const written = addressWords(address);
  if (written === undefined) return false;
  const words = isMappedIpv4(written) ? [written[3]!] : written;
  if (words.length !== subnet.network.length) return false;
  return words.every((word, index) => (word & subnet.mask[index]!) >>> 0 === subnet.network[index]);
}
