/** Characters of a path, besides letters and digits, that stay as they are. @source httpd `ap_proxy_canonenc_ex`, enc_path */
const KEPT_BYTE = /[^A-Za-z0-9~$\-_.+!*'(),;:@&=/]/g;
const IS_KEPT = /^[A-Za-z0-9~$\-_.+!*'(),;:@&=/]*$/;

function percentEncode(char: string): string {
  const code = char.charCodeAt(0);
  return `%${code < 16 ? '0' : ''}${code.toString(16).toUpperCase()}`;
}

/**
 * A decoded path as it stands in a backend's URL.
 *
 * @param keepsEncodedSlashes `AllowEncodedSlashes NoDecode`: `%2F` in the path is an encoded slash and stays so
 * @returns undefined when that mode meets a `%` that begins no escape
 */
export function encodePath(path: string, keepsEncodedSlashes: boolean): string | undefined {
  if (IS_KEPT.test(path)) return path;
  if (!keepsEncodedSlashes) return path.replace(KEPT_BYTE, percentEncode);
  if (/%(?![0-9A-Fa-f]{2})/.test(path)) return undefined;
  return path
    .split(/(%2[Ff])/)
    .map((piece, index) => (index % 2 === 1 ? piece : piece.replace(KEPT_BYTE, percentEncode)))
    .join('');
}

/** The text with its escapes decoded, but for `%2F`; broken escapes stay, and a NUL ends it. @source `ap_unescape_url_keep2f` */
export function unescapeKeepingSlashes(text: string): string {
  if (!text.includes('%')) return text;
  const decoded = text.replace(/%([0-9A-Fa-f]{2})/g, (escape, hex: string) =>
    hex.toLowerCase() === '2f' ? escape : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const nul = decoded.indexOf('\0');
  return nul < 0 ? decoded : decoded.slice(0, nul);
}

/** Whether a path holds a control character, or `?` where that is no part of a path. */
export function hasForbiddenByte(path: string, forbidsQuestionMark: boolean): boolean {
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code < 0x20 || code === 0x7f || (code === 0x3f && forbidsQuestionMark)) return true;
  }
  return false;
}
