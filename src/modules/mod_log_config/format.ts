/** One piece of a log format. Plain data. */
export type FormatPiece =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'item';
      /** `h`, `^ti`. */
      readonly name: string;
      /** Text in braces; '' when there is none. */
      readonly argument: string;
      /** Asks the request as it came in, not the one that internal redirects made of it. */
      readonly wantsOriginal: boolean;
      /** Statuses for which the item is written, or (`isExcept`) not written. */
      readonly statuses: readonly number[];
      readonly isExcept: boolean;
    };

/** Items, and whether they ask the original request when nothing is said. @source httpd modules/loggers/mod_log_config.c */
const ITEMS: ReadonlyMap<string, boolean> = new Map([
  ...[...'haAlutfbBionLeVvpPHmqXCk', 'I', 'O', 'S', 'x', 'c', '^ti', '^to', '^FB'].map(
    (name) => [name, false] as const,
  ),
  ...[...'rDTUsR'].map((name) => [name, true] as const),
]);

const ESCAPES = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['"', '"'],
  ['\\', '\\'],
]);

/** Items that mod_ssl brings. @source httpd modules/ssl/ssl_engine_vars.c, `ssl_var_log_config_register` */
export const SSL_ITEMS: ReadonlySet<string> = new Set(['x', 'c']);

/** The pieces of a format, or the reason why it is none. */
export function parseLogFormat(format: string): readonly FormatPiece[] | { readonly error: string } {
  const pieces: FormatPiece[] = [];
  let text = '';
  const endText = (): void => {
    if (text !== '') pieces.push({ kind: 'text', text });
    text = '';
  };
  for (let at = 0; at < format.length;) {
    const char = format[at]!;
    if (char === '\\') {
      const next = format[at + 1];
      // Before any other character the backslash is kept.
      text += next === undefined ? '\\' : (ESCAPES.get(next) ?? `\\${next}`);
      at += 2;
    } else if (char === '%' && format[at + 1] === '%') {
      text += '%';
      at += 2;
    } else if (char === '%') {
      endText();
      const item = parseItem(format, at + 1);
      if ('error' in item) return item;
      pieces.push(item.piece);
      at = item.end;
    } else {
      text += char;
      at++;
    }
  }
  endText();
  return pieces;
}

function parseItem(format: string, start: number): { piece: FormatPiece; end: number } | { error: string } {
  let at = start;
  let argument = '';
  let original: boolean | undefined;
  let isExcept = false;
  const statuses: number[] = [];
  for (;;) {
    const char = format[at];
    if (char === undefined) break;
    if (char === '!') {
      isExcept = true;
      at++;
    } else if (char === '<' || char === '>') {
      original = char === '<';
      at++;
    } else if (char === ',') at++;
    else if (char >= '0' && char <= '9') {
      const digits = /^[0-9]+/.exec(format.slice(at, at + 12))![0];
      statuses.push(Number(digits));
      at += digits.length;
    } else if (char === '{') {
      const end = format.indexOf('}', at);
      if (end < 0) break;
      argument = format.slice(at + 1, end);
      at = end + 1;
    } else {
      const name = char === '^' ? format.slice(at, at + 3) : char;
      const byDefault = ITEMS.get(name);
      if (byDefault === undefined) return { error: `Unrecognized LogFormat directive %${char}` };
      const wantsOriginal = original ?? byDefault;
      return {
        piece: { kind: 'item', name, argument, wantsOriginal, statuses, isExcept },
        end: at + name.length,
      };
    }
  }
  return { error: 'Ran off end of LogFormat parsing args to some directive' };
}
