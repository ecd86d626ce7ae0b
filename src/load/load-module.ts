import { findModule } from '../../grammar/catalogue/index.ts';
import { type LoadContext, report, stop } from './context.ts';
import { describeModule } from './module-table.ts';
import type { OnReadCall } from './on-read.ts';

/** `LoadModule identifier file`. The file is not looked at: it is httpd's, and the gateway brings its own modules. */
export function loadModule(ctx: LoadContext, { node }: OnReadCall): void {
  ctx.hasLoadModule = true;
  if (ctx.stopsAtLoadModule) {
    stop(ctx);
    return;
  }
  const [name, file] = node.args;
  const identifier = name!.text;
  const loaded = ctx.modules.find(identifier);
  if (loaded?.kind === 'static') {
    report(ctx, 'load/module-built-in', `module ${identifier} is built-in and can't be loaded`, name!.span);
  } else if (loaded !== undefined) {
    if (loaded.span === undefined) return; // counted as loaded without a line: this is its first
    const related = [{ message: 'it is loaded here', span: loaded.span }];
    const message = `module ${identifier} is already loaded, skipping`;
    report(ctx, 'load/module-loaded-twice', message, name!.span, { related });
  } else {
    if (findModule(identifier) === undefined) {
      report(
        ctx,
        'load/module-unknown',
        `module ${identifier} is not known to the gateway; nothing of it is served`,
        name!.span,
      );
    }
    ctx.modules.add({ ...describeModule(identifier, file!.text), span: node.span });
  }
}

/** `LoadFile file…` loads libraries into httpd, and means nothing here. */
export function loadFile(): void {}
