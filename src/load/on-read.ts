import { findDirective } from '../../grammar/catalogue/index.ts';
import type { CatalogueRow } from '../../grammar/catalogue/types.ts';
import { checkShape } from '../syntax/arg-shape.ts';
import type { OpenableSection } from '../syntax/line-node.ts';
import type { LogicalLine } from '../syntax/mapped-text.ts';
import type { ConfigNode, DirectiveNode } from '../syntax/tree.ts';
import { openIfDefine, openIfDirective, openIfFile, openIfModule, openIfSection } from './conditions.ts';
import { type LoadContext, report } from './context.ts';
import { define, undefine } from './defines.ts';
import { include, includeOptional } from './include.ts';
import type { LineReader } from './line-reader.ts';
import { defineMacro, undefMacro, useMacro } from './macro.ts';
import { loadFile, loadModule } from './load-module.ts';
import { setRuntimeDir, setServerRoot } from './server-root.ts';
import { openIfVersion } from './version.ts';

/** One line that is executed while reading. */
export interface OnReadCall {
  readonly row: CatalogueRow;
  readonly node: DirectiveNode | OpenableSection;
  /** The whole line, expanded. */
  readonly line: LogicalLine;
  readonly reader: LineReader;
  /** Where nodes that the line brings are put. */
  readonly children: ConfigNode[];
}

/** `enter`: a condition that holds; what follows up to its close tag is read in its place. */
export type OnReadOutcome = 'enter' | undefined;

export type OnReadDirective = (ctx: LoadContext, call: OnReadCall) => OnReadOutcome | void;

/** All that httpd executes while reading and that changes what is read, by name in lower case. */
const ON_READ: ReadonlyMap<string, OnReadDirective> = new Map<string, OnReadDirective>([
  ['define', define],
  ['undefine', undefine],
  ['serverroot', setServerRoot],
  ['defaultruntimedir', setRuntimeDir],
  ['include', include],
  ['includeoptional', includeOptional],
  ['loadmodule', loadModule],
  ['loadfile', loadFile],
  ['<ifmodule', openIfModule],
  ['<ifdefine', openIfDefine],
  ['<iffile', openIfFile],
  ['<ifdirective', openIfDirective],
  ['<ifsection', openIfSection],
  ['<ifversion', openIfVersion],
  ['<macro', defineMacro],
  ['use', useMacro],
  ['undefmacro', undefMacro],
]);

/** The row and function for a node that is executed while reading; undefined when it goes to the tree. */
export function findOnRead(
  ctx: LoadContext,
  node: DirectiveNode | OpenableSection,
): { readonly row: CatalogueRow; readonly run: OnReadDirective } | undefined {
  const key = (node.kind === 'section' ? `<${node.name.text}` : node.name.text).toLowerCase();
  const execute = ON_READ.get(key);
  if (execute === undefined) return undefined;
  const entry = findDirective(key)[0];
  if (entry === undefined || !ctx.modules.has(entry.module.identifier)) return undefined;
  return { row: entry.row, run: (_, call) => (admits(ctx, call) ? execute(ctx, call) : undefined) };
}

/** Checks place and number of arguments; sections look at their own arguments, since `>` is part of them. */
function admits(ctx: LoadContext, call: OnReadCall): boolean {
  const { row, node } = call;
  if (ctx.htaccess !== undefined && !ctx.htaccess.admits(row)) {
    const details = ctx.htaccess.ignoresForbidden ? ({ severity: 'warning' } as const) : undefined;
    report(ctx, 'load/not-allowed-here', `${row.name} not allowed here`, node.name.span, details);
    return false;
  }
  const problem = node.kind === 'directive' ? checkShape(row, node) : undefined;
  if (problem !== undefined) ctx.diagnostics.push(problem);
  return problem === undefined;
}
