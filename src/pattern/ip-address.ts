/**
 * The 32-bit words of an IP address in text form: one for IPv4, four for IPv6, `undefined` for anything else. An
 * address with a scope (`fe80::1%lo`) is read without it.
 *
 * @source RFC 4291 section 2.2; inet_pton(3)
 */
export function addressWords(text: string): readonly number[] | undefined {
  const word = ipv4Word(text);
  if (word !== undefined) return [word];
  const scope = text.indexOf('%');
  return ipv6Words(scope < 0 ? text : text.slice(0, scope));
}

/** The word of a dotted IPv4 address: four decimal numbers without leading zeros. */
export function ipv4Word(text: string): number | undefined {
  const octets = text.split('.');
  if (octets.length !== 4) return undefined;
  let word = 0;
  for (const octet of octets) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(octet) || Number(octet) > 255) return undefined;
    word = word * 256 + Number(octet);
  }
  return word;
}

/** The four words of an IPv6 address without a scope. */
export function ipv6Words(text: string): readonly number[] | undefined {
  const lastColon = text.lastIndexOf(':');
  const embedded = ipv4Word(text.slice(lastColon + 1));
  if (embedded !== undefined && lastColon >= 0) {
    const low = `${(embedded >>> 16).toString(16)}:${(embedded & 0xffff).toString(16)}`;
    return ipv6Words(text.slice(0, lastColon + 1) + low);
  }
  const [head = '', tail, ...others] = text.split('::');
  if (others.length > 0) return undefined;
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - first.length - last.length;
  // `::` stands for one group or more.
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...first, ...Array.from({ length: missing }, () => '0'), ...last];
  if (!groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return undefined;
  const values = groups.map((group) => Number.parseInt(group, 16));
  return [0, 2, 4, 6].map((index) => ((values[index]! << 16) | values[index + 1]!) >>> 0);
}

/** Whether the words are those of an IPv4 address mapped into IPv6, `::ffff:a.b.c.d`. */
export function isMappedIpv4(words: readonly number[]): boolean {
  return words.length === 4 && words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
}
