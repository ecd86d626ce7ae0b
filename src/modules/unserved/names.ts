import type { Report } from '../../diagnostics/diagnostic.ts';
import type { BindContext } from '../module.ts';

/** What a configuration gives a name to, for later lines of it. */
export type NameKind = 'authnProvider' | 'filterProvider' | 'smartFilter';

/** Names that the lines bound so far defined. One binding has one `report`. */
const registries = new WeakMap<Report, Map<NameKind, Set<string>>>();

/** Makes a name known to the lines after this one. */
export function defineName(ctx: BindContext, kind: NameKind, name: string): void {
  let kinds = registries.get(ctx.report);
  if (!kinds) registries.set(ctx.report, (kinds = new Map<NameKind, Set<string>>()));
  const names = kinds.get(kind) ?? new Set<string>();
  kinds.set(kind, names.add(name));
}

export function isDefined(ctx: BindContext, kind: NameKind, name: string): boolean {
  return registries.get(ctx.report)?.get(kind)?.has(name) === true;
}
