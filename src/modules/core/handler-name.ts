/**
 * A handler's name as SetHandler sets it: in lower case unless it names a socket; undefined for `none`.
 *
 * @source httpd server/core.c `core_override_type`
 */
export function handlerName(text: string): string | undefined {
  const name = text.startsWith('proxy:unix') ? text : text.toLowerCase();
  return name === 'none' ? undefined : name;
}
