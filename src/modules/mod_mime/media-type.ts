const PARAMETER = /;[ \t]*([^=;\s]+)[ \t]*=[ \t]*("(?:[^"\\\n]|\\.)*"|[^;\s]+)[ \t]*/y;

/**
 * A media type with the charset put in place of its own charset parameter, or at its end.
 *
 * @returns undefined when the type is malformed: it is sent as it is
 * @source httpd modules/http/mod_mime.c `analyze_ct`, `find_ct`
 */
export function withCharset(contentType: string, charset: string | undefined): string | undefined {
  const [head, type] = /^[ \t]*([^/;\s]+\/[^;\s]+)[ \t]*/.exec(contentType) ?? [];
  if (head === undefined) return undefined;
  let built = type!;
  let isPlaced = charset === undefined;
  let at = head.length;
  while (at < contentType.length) {
    PARAMETER.lastIndex = at;
    const match = PARAMETER.exec(contentType);
    if (!match) return undefined;
    at = PARAMETER.lastIndex;
    const [, name, value] = match;
    if (charset === undefined || name !== 'charset') built += `; ${name}=${value}`;
    else if (!isPlaced) built += `; charset=${charset}`;
    if (name === 'charset') isPlaced = true;
  }
  return isPlaced ? built : `${built}; charset=${charset}`;
}
