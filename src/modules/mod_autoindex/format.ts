const UNITS = 'KMGTPE';

/**
 * A size in four columns: ` 12 `, `1.5K`, ` 15M`; `  - ` for less than none.
 *
 * @source httpd apr_strings.c `apr_strfsize`
 */
export function formatSize(bytes: number): string {
  if (bytes < 0) return '  - ';
  if (bytes < 973) return `${String(bytes).padStart(3)} `;
  let size = bytes;
  for (let unit = 0; ; unit++) {
    const remainder = size % 1024;
    size = Math.floor(size / 1024);
    if (size >= 973) continue;
    if (size < 9 || (size === 9 && remainder < 973)) {
      const tenths = Math.floor((remainder * 5 + 256) / 512);
      return tenths >= 10 ? `${size + 1}.0${UNITS[unit]}` : `${size}.${tenths}${UNITS[unit]}`;
    }
    return `${String(remainder >= 512 ? size + 1 : size).padStart(3)}${UNITS[unit]}`;
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Local time: `2024-01-02 03:04`, or `02-Jan-2024 03:04` as httpd 2.2 wrote it. */
export function formatModified(ms: number, isOldFormat: boolean): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  const [year, month, day] = [String(date.getFullYear()), date.getMonth(), two(date.getDate())];
  return isOldFormat ? `${day}-${MONTHS[month]}-${year} ${time}` : `${year}-${two(month + 1)}-${day} ${time}`;
}

/**
 * A description cut to a number of characters. Tags take no room, and an entity that of one character; where it is
 * cut, `>` takes the place of the last one.
 *
 * @source httpd mod_autoindex.c `terminate_description`
 */
export function cutDescription(text: string, width: number): string {
  let left = width;
  let at = 0;
  for (; at < text.length && (left > 0 || text[at] === '<'); at++) {
    const closing = text[at] === '<' ? '>' : text[at] === '&' ? ';' : undefined;
    if (text[at] !== '<') left--;
    if (closing === undefined) continue;
    const end = text.indexOf(closing, at);
    if (end < 0) return text;
    at = end;
  }
  return at < text.length && at > 0 ? `${text.slice(0, at - 1)}>` : text;
}
