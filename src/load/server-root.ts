import { posix } from 'node:path';
import { type LoadContext, report, serverRootRelative } from './context.ts';
import { latin1 } from './files.ts';
import type { OnReadCall } from './on-read.ts';

/** A relative ServerRoot counts from where the server was started. @source httpd server/core.c, `set_server_root` */
export function setServerRoot(ctx: LoadContext, { node }: OnReadCall): void {
  const word = node.args[0]!;
  const path = posix.resolve(latin1(process.cwd()), word.text);
  if (ctx.files.kind(path) === 'directory') {
    ctx.serverRoot = path;
    ctx.serverRootSpan = node.span;
  } else {
    report(ctx, 'load/server-root', 'ServerRoot must be a valid directory', word.span);
  }
}

export function setRuntimeDir(ctx: LoadContext, { node }: OnReadCall): void {
  const word = node.args[0]!;
  const path = serverRootRelative(ctx, word.text);
  if (ctx.files.kind(path) === 'directory') ctx.runtimeDir = path;
  else {
    const message = 'DefaultRuntimeDir must be a valid directory, absolute or relative to ServerRoot';
    report(ctx, 'load/runtime-dir', message, word.span);
  }
}
