import type { RequestRecord } from './request.ts';

const NOTE = 'allowed methods';
/** httpd's order, that of its method numbers; GET stands for HEAD too. */
const ORDER = [
  'GET', 'PUT', 'POST', 'DELETE', 'CONNECT', 'OPTIONS', 'PATCH', 'PROPFIND', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE',
  'LOCK', 'UNLOCK', 'VERSION-CONTROL', 'CHECKOUT', 'UNCHECKOUT', 'CHECKIN', 'UPDATE', 'LABEL', 'REPORT', 'MKWORKSPACE',
  'MKACTIVITY', 'BASELINE-CONTROL', 'MERGE',
] as const; // prettier-ignore

/** Methods that httpd knows by number: others are answered 501 instead of 405. */
const KNOWN: ReadonlySet<string> = new Set([...ORDER, 'HEAD', 'TRACE']);

/** Whether httpd has a number for the method, or `RegisterHttpMethod` made one. */
export function isKnownMethod(method: string, registered: readonly string[] = []): boolean {
  return KNOWN.has(method) || registered.includes(method);
}

/** Adds methods to those that the `Allow` header of this request's answer names. */
export function addAllowedMethods(req: RequestRecord, ...methods: readonly string[]): void {
  const known = req.moduleNote<Set<string>>(NOTE);
  if (known) for (const method of methods) known.add(method);
  else req.setModuleNote(NOTE, new Set(methods));
}

/**
 * The value of `Allow`: the methods that hooks of this request named, and TRACE unless it is off.
 *
 * @source httpd modules/http/http_protocol.c `make_allow`
 */
export function allowHeader(req: RequestRecord, mayTrace: boolean): string {
  const allowed = req.moduleNote<Set<string>>(NOTE) ?? new Set<string>();
  const names: string[] = [];
  for (const method of ORDER) {
    if (!allowed.has(method)) continue;
    if (method === 'GET') names.push('HEAD');
    names.push(method);
  }
  for (const method of allowed) if (!KNOWN.has(method)) names.push(method);
  if (mayTrace) names.push('TRACE');
  return names.join(',');
}
