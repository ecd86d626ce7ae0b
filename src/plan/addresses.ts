/** The parts of a `<VirtualHost>` address: host (`*` for any) and port (0 for any, undefined when none is written). */
export function splitAddress(text: string): { readonly host: string; readonly port: number | undefined } {
  const { host, port } = hostAndPort(text);
  return { host: host === '_default_' ? '*' : host, port };
}

function hostAndPort(text: string): { host: string; port: number | undefined } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed) return { host: bracketed[1]!, port: portOf(bracketed[2]) };
  const colon = text.lastIndexOf(':');
  if (colon < 0 || text.indexOf(':') !== colon) return { host: text, port: undefined };
  const port = portOf(text.slice(colon + 1));
  return port === undefined ? { host: text, port } : { host: text.slice(0, colon), port };
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === '*') return 0;
  return /^[0-9]+$/.test(text) ? Number(text) : undefined;
}
