import type { Word } from '../syntax/tree.ts';
import { type LoadContext, report } from './context.ts';
import type { OnReadCall } from './on-read.ts';

/** `Define name [value]`: a flag for `<IfDefine>`, and with a value a `${name}` too. */
export function define(ctx: LoadContext, { node }: OnReadCall): void {
  const [name, value] = node.args;
  if (!hasValidName(ctx, name!)) return;
  ctx.flags.add(name!.text);
  // an empty second word is no value, as httpd hands it on
  if (value !== undefined && value.text !== '') ctx.variables.set(name!.text.toLowerCase(), value.text);
}

/** `UnDefine name` */
export function undefine(ctx: LoadContext, { node }: OnReadCall): void {
  const name = node.args[0]!;
  if (!hasValidName(ctx, name)) return;
  ctx.flags.delete(name.text);
  ctx.variables.delete(name.text.toLowerCase());
}

function hasValidName(ctx: LoadContext, name: Word): boolean {
  const isValid = !name.text.includes(':');
  if (!isValid) report(ctx, 'load/variable-name', "Variable name must not contain ':'", name.span);
  return isValid;
}
