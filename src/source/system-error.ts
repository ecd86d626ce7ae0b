import { constants } from 'node:os';

/** The C library's texts of the errors that files and sockets fail with, as httpd prints them. */
const TEXTS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'Permission denied'],
  ['EADDRNOTAVAIL', 'Cannot assign requested address'],
  ['EAGAIN', 'Resource temporarily unavailable'],
  ['EBADF', 'Bad file descriptor'],
  ['ECONNREFUSED', 'Connection refused'],
  ['ECONNRESET', 'Connection reset by peer'],
  ['EFBIG', 'File too large'],
  ['EHOSTUNREACH', 'No route to host'],
  ['EIO', 'Input/output error'],
  ['EISDIR', 'Is a directory'],
  ['ELOOP', 'Too many levels of symbolic links'],
  ['EMFILE', 'Too many open files'],
  ['ENAMETOOLONG', 'File name too long'],
  ['ENETUNREACH', 'Network is unreachable'],
  ['ENFILE', 'Too many open files in system'],
  ['ENOENT', 'No such file or directory'],
  ['ENOTDIR', 'Not a directory'],
  ['ENOTSOCK', 'Socket operation on non-socket'],
  ['ENXIO', 'No such device or address'],
  ['EPERM', 'Operation not permitted'],
  ['EPIPE', 'Broken pipe'],
  ['ETIMEDOUT', 'Connection timed out'],
]);

/** The system's words for an error code; the code itself where the table has none. */
export function systemErrorText(code: string): string {
  return TEXTS.get(code) ?? code;
}

/** `(111)Connection refused`, as httpd's log shows an error code of the system. */
export function showErrorCode(code: string): string {
  const number = (constants.errno as Readonly<Record<string, number | undefined>>)[code];
  return number === undefined ? `(${code})` : `(${number})${systemErrorText(code)}`;
}

/** The same for what Node threw; undefined when it is no error of the system. */
export function showSystemError(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return error.code in constants.errno ? showErrorCode(error.code) : undefined;
}
