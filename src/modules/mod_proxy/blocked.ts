import { lookup } from 'node:dns/promises';

/** Addresses of the words that name a host, by word; asked once. */
const addressesOfWords = new Map<string, Promise<readonly string[]>>();

async function addressesOf(name: string): Promise<readonly string[]> {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}

/**
 * Whether ProxyBlock forbids a backend host: its name contains one of the words, or an address of it is one of theirs.
 *
 * @param words of the configuration, lower case; `*` forbids every host
 * @source httpd modules/proxy/proxy_util.c `ap_proxy_checkproxyblock`
 */
export async function isBlocked(host: string, words: readonly string[]): Promise<boolean> {
  if (words.some((word) => word === '*' || host.includes(word))) return true;
  const own = await addressesOf(host);
  for (const word of words) {
    let theirs = addressesOfWords.get(word);
    if (!theirs) addressesOfWords.set(word, (theirs = addressesOf(word)));
    if ((await theirs).some((address) => own.includes(address))) return true;
  }
  return false;
}
