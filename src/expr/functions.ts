import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { fsPath } from '../source/fs-path.ts';
import { lowerAscii } from '../source/lower-ascii.ts';
import { ExprError } from './context.ts';
import type { ExprContext } from './context.ts';

/** A function of the expression language: the value of its argument in, a string out. */
export type ExprFunction = (argument: string, context: ExprContext) => string;

const MAX_FILE_BYTES = 10 * 1024 * 1024;

/**
 * All functions but those that read a request header, by lower-case name.
 *
 * @source httpd server/util_expr_eval.c, string_func_providers
 */
export const FUNCTIONS: ReadonlyMap<string, ExprFunction> = new Map<string, ExprFunction>([
  ['resp', (name, context) => context.responseHeader(name) ?? ''],
  ['reqenv', (name, context) => context.requestEnv(name) ?? ''],
  ['osenv', (name, context) => context.processEnv(name) ?? ''],
  ['note', (name, context) => context.note(name) ?? ''],
  [
    'env',
    (name, context) => context.note(name) ?? context.requestEnv(name) ?? context.processEnv(name) ?? '',
  ],
  ['tolower', lowerAscii],
  ['toupper', (text) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())],
  ['escape', escapePath],
  ['unescape', unescapePath],
  ['base64', (text) => Buffer.from(text, 'latin1').toString('base64')],
  ['unbase64', decodeBase64],
  ['md5', (text) => digest('md5', text)],
  ['sha1', (text) => digest('sha1', text)],
  ['file', readWholeFile],
  ['filesize', fileSize],
  ['ssl', (name, context) => context.sslVariable?.(name.toUpperCase()) ?? ''],
  ['ldap', escapeLdap],
]);

function digest(algorithm: 'md5' | 'sha1', text: string): string {
  return createHash(algorithm).update(text, 'latin1').digest('hex');
}

function hexByte(char: string): string {
  return char.charCodeAt(0).toString(16).padStart(2, '0');
}

/** Percent-encodes what may not stand in a path. @source httpd ap_os_escape_path */
function escapePath(text: string): string {
  return text.replace(/[^A-Za-z0-9$\-_.+!*'(),:;@&=/~]/g, (char) => `%${hexByte(char)}`);
}

/** Percent-decodes all but `%2F`; malformed or with `%00` it is empty. @source httpd ap_unescape_url_keep2f */
function unescapePath(text: string): string {
  if (/%(?![0-9A-Fa-f]{2})|%00/.test(text)) return '';
  return text.replace(/%([0-9A-Fa-f]{2})/g, (whole, hex: string) =>
    hex.toLowerCase() === '2f' ? whole : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Decodes up to the first character that is not of the alphabet; the value ends at a NUL. */
function decodeBase64(text: string): string {
  const encoded = /^[A-Za-z0-9+/]*/.exec(text)![0];
  return untilNul(Buffer.from(encoded, 'base64').toString('latin1'));
}

/** httpd's strings end at the first NUL. */
function untilNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

function readWholeFile(path: string): string {
  let file: number;
  try {
    file = openSync(fsPath(path), 'r');
  } catch {
    throw new ExprError(`Cannot open file ${path}`);
  }
  try {
    if (fstatSync(file).size > MAX_FILE_BYTES) throw new ExprError(`File ${path} too large`);
    return untilNul(readFileSync(file, 'latin1'));
  } catch (error) {
    throw error instanceof ExprError ? error : new ExprError(`Cannot read file ${path}`);
  } finally {
    closeSync(file);
  }
}

function fileSize(path: string): string {
  try {
    const stats = statSync(fsPath(path), { throwIfNoEntry: false });
    return stats?.isFile() === true ? String(stats.size) : '0';
  } catch {
    return '0';
  }
}

/** Escapes for LDAP filters and distinguished names alike. @source apr_pescape_ldap, APR_ESCAPE_LDAP_ALL */
function escapeLdap(text: string): string {
  return text.replace(/[*()\\]|[^ -~]|["+,;<>]/g, (char) => `\\${hexByte(char)}`);
}
