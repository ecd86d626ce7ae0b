import { logRequest } from '../../pipeline/log.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { DECLINED, DONE, OK, type HookResult } from '../../pipeline/status.ts';
import { substitute } from '../../pattern/substitute.ts';
import type { PassRule, ProxyDirConfig, ProxyServerConfig } from './config.ts';

/** A rule had nothing to say: the next one is asked. */
const NO_MATCH = 100;

/**
 * How much of a path a prefix covers, or 0. Runs of slashes count as one, and the last component must be whole.
 *
 * @source httpd modules/proxy/mod_proxy.c `alias_match`
 */
export function prefixLength(uri: string, prefix: string): number {
  let at = 0;
  let u = 0;
  while (at < prefix.length && u < uri.length) {
    if (prefix.charCodeAt(at) === 0x2f) {
      if (uri.charCodeAt(u) !== 0x2f) return 0;
      while (prefix.charCodeAt(at) === 0x2f) at++;
      while (uri.charCodeAt(u) === 0x2f) u++;
    } else if (uri.charCodeAt(u++) !== prefix.charCodeAt(at++)) {
      return 0;
    }
  }
  if (at < prefix.length) return 0;
  if (prefix.charCodeAt(prefix.length - 1) !== 0x2f && u < uri.length && uri.charCodeAt(u) !== 0x2f) return 0;
  return u;
}

/** `${VAR}` from the request's environment; unset ones are empty. One pass. @source `proxy_interpolate` */
function interpolate(req: RequestRecord, text: string): string {
  return text.replace(/\$\{([^}]*)\}/g, (_, name: string) => req.subprocessEnv.get(name) ?? '');
}

/** Where a rule sends a URI: the URL, and what is special about it. */
interface Mapped {
  readonly url: string;
  /** `nocanon` was set, but the raw path matches in another way. */
  readonly isMismatched: boolean;
  readonly servletUri: string | undefined;
}

function mapByPattern(req: RequestRecord, rule: PassRule, real: string): Mapped | undefined {
  const { pattern } = rule;
  const groups = pattern!.exec(req.uri);
  if (!groups) return undefined;
  const rawGroups = rule.nocanon ? pattern!.exec(req.unparsedUri) : null;
  const isMismatched = rule.nocanon && rawGroups === null;
  const usedUri = rawGroups ? req.unparsedUri : req.uri;
  const url = substitute(real, rawGroups ?? groups);
  return { url: url === real ? url + usedUri : url, isMismatched, servletUri: undefined };
}

function mapByPrefix(req: RequestRecord, rule: PassRule, fake: string, real: string): Mapped | undefined {
  if (rule.mapping === 'servlet') return mapServlet(req, fake, real);
  const length = prefixLength(req.uri, fake);
  if (length === 0) return undefined;
  const isMismatched = rule.nocanon && length !== prefixLength(req.unparsedUri, rule.fake);
  const usedUri = rule.nocanon && !isMismatched ? req.unparsedUri : req.uri;
  return { url: real + usedUri.slice(length), isMismatched, servletUri: undefined };
}

/**
 * `mapping=servlet`: path parameters (`;x=y`) do not count when the prefix is compared, nor do segments that a later
 * `..` takes back; what follows the prefix is forwarded as it is written.
 *
 * @source httpd modules/proxy/mod_proxy.c `alias_match_servlet`
 */
function mapServlet(req: RequestRecord, fake: string, real: string): Mapped | undefined {
  const segments = servletSegments(req.uri);
  if (!segments) return undefined;
  const bare = `/${segments.map(({ name }) => name).join('/')}`;
  if (prefixLength(bare, fake) === 0) return undefined;
  const depth = fake.split('/').filter((part) => part !== '').length;
  const last = segments[depth - 1];
  const isWholeSegments = fake.endsWith('/') || !last;
  const start = isWholeSegments ? (segments[depth]?.start ?? req.uri.length) : last.start + last.name.length;
  return { url: real + req.uri.slice(start), isMismatched: false, servletUri: bare };
}

interface ServletSegment {
  /** Without its parameters; '' for what follows a slash at the end. */
  readonly name: string;
  /** Where it begins in the path. */
  readonly start: number;
}

/** The segments of a path as a servlet container sees them; undefined when it climbs above the root. */
function servletSegments(path: string): readonly ServletSegment[] | undefined {
  const segments: ServletSegment[] = [];
  let start = 1;
  for (;;) {
    const slash = path.indexOf('/', start);
    const end = slash < 0 ? path.length : slash;
    const text = path.slice(start, end);
    const parameters = text.indexOf(';');
    const name = parameters < 0 ? text : text.slice(0, parameters);
    const isLast = slash < 0;
    if (name === '..') {
      if (!segments.pop()) return undefined;
      if (isLast) segments.push({ name: '', start: end });
    } else if (name === '.' || name === '') {
      if (isLast) segments.push({ name: '', start: end });
    } else {
      segments.push({ name, start });
    }
    if (isLast) return segments;
    start = slash + 1;
  }
}

/** Tries one rule. @source httpd modules/proxy/mod_proxy.c `ap_proxy_trans_match` */
function tryRule(req: RequestRecord, rule: PassRule, dir: ProxyDirConfig | undefined): HookResult {
  const isInterpolated = rule.interpolate && dir?.interpolateEnv === true;
  const fake = isInterpolated ? interpolate(req, rule.fake) : rule.fake;
  const real = isInterpolated ? interpolate(req, rule.real) : rule.real;
  const mapped = rule.pattern ? mapByPattern(req, rule, real) : mapByPrefix(req, rule, fake, real);
  if (!mapped) return NO_MATCH;
  if (real === '!') return DECLINED;
  if (mapped.isMismatched) {
    logRequest(
      req,
      'warn',
      'proxy',
      'AH01136',
      'Unescaped URL path matched ProxyPass; ignoring unsafe nocanon',
    );
  }
  req.filename = `proxy:${mapped.url}`;
  req.handler = 'proxy-server';
  req.proxyReq = 2;
  if (rule.nocanon && !mapped.isMismatched) req.notes.set('proxy-nocanon', '1');
  if (rule.noquery) req.notes.set('proxy-noquery', '1');
  if (rule.mapping !== 'decoded') req.notes.set('proxy-noencode', '1');
  if (mapped.servletUri !== undefined) req.uri = mapped.servletUri;
  return rule.mapping === 'decoded' ? OK : DONE;
}

/**
 * Maps a request by the rules of its `<Location>` and of its server.
 *
 * @param isEncoded the path is not decoded yet: only the rules with `mapping=` are asked, otherwise only the others
 * @source httpd modules/proxy/mod_proxy.c `proxy_trans`
 */
export function translate(
  req: RequestRecord,
  server: ProxyServerConfig,
  dir: ProxyDirConfig | undefined,
  isEncoded: boolean,
): HookResult {
  if (req.proxyReq !== 0) return OK;
  const locationRule = dir?.rule;
  if (server.rules.length === 0 && !locationRule) return DECLINED;
  if (req.uri.charCodeAt(0) !== 0x2f || req.unparsedUri === '*') return DECLINED;
  if (req.subprocessEnv.has('no-proxy')) return DECLINED;
  if (locationRule && (locationRule.mapping !== 'decoded') === isEncoded) {
    const result = tryRule(req, locationRule, dir);
    if (result !== NO_MATCH) return result;
  }
  for (const rule of server.rules) {
    if ((rule.mapping !== 'decoded') !== isEncoded) continue;
    const result = tryRule(req, rule, dir);
    if (result !== NO_MATCH) return result;
  }
  return DECLINED;
}
