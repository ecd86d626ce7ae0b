/** Bytes of the longest path that the system takes, its end included. @source apr `APR_PATH_MAX` */
const PATH_MAX = 4096;

/**
 * Whether httpd would refuse to put two paths together: it counts slashes at the start, between them and at the end.
 *
 * @source apr file_io/unix/filepath.c `apr_filepath_merge`
 */
export function isPathTooLong(root: string, path: string): boolean {
  return root.length + path.length + 4 > PATH_MAX;
}

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
