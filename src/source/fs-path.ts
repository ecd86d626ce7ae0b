/**
 * The path to hand to `node:fs` for a latin1 byte string: the string itself when it is ASCII, else its bytes.
 * File names are bytes on Unix; going through UTF-8 would name another file.
 */
export function fsPath(path: string): string | Buffer {
  for (let i = 0; i < path.length; i++) {
    if (path.charCodeAt(i) > 0x7f) return Buffer.from(path, 'latin1');
  }
  return path;
}
