const NEEDS_ESCAPE = /["\\\x00-\x1f\x7f-\xff]/;
const NEEDS_ESCAPE_IN_ERROR_LOG = /[\\\x00-\x1f\x7f-\xff]/;

const SHORT = new Map([
  [0x08, '\\b'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x09, '\\t'],
  [0x0b, '\\v'],
  [0x22, '\\"'],
  [0x5c, '\\\\'],
]);

/**
 * The text with quotes, backslashes and whatever is not printable ASCII escaped, so that outside data can neither
 * end a quoted item nor start a line of its own.
 *
 * @source httpd server/util.c `ap_escape_logitem`
 */
export function escapeLogItem(text: string): string {
  return NEEDS_ESCAPE.test(text) ? escapeAll(text, true) : text;
}

/** The same for the error log, where quotes stand for themselves. @source httpd server/util.c `ap_escape_errorlog_item` */
export function escapeErrorLogItem(text: string): string {
  return NEEDS_ESCAPE_IN_ERROR_LOG.test(text) ? escapeAll(text, false) : text;
}

function escapeAll(text: string, withQuotes: boolean): string {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x20 && code < 0x7f && code !== 0x5c && (code !== 0x22 || !withQuotes)) out += text[i]!;
    else out += SHORT.get(code) ?? `\\x${(code & 0xff).toString(16).padStart(2, '0')}`;
  }
  return out;
}
