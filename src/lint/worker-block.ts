import type { Fix } from '../diagnostics/diagnostic.ts';
import { insertBefore } from './edits.ts';
import type { BackendUrl, LintModel, PlacedDirective } from './model/model.ts';

/** The URL of a worker for a backend: scheme, host and port. */
export function originOf({ scheme, host, hasPort, port }: BackendUrl): string {
  return `${scheme}://${host === '' ? 'localhost' : host}${hasPort ? `:${port}` : ''}`;
}

/**
 * A fix that puts a `<Proxy>` block with parameters in front of the outermost section around a line, or of the line;
 * undefined where no such block may stand.
 *
 * @param parameters as `connectiontimeout=2 timeout=60`
 */
export function workerBlockFix(
  model: LintModel,
  at: PlacedDirective,
  url: BackendUrl,
  parameters: string,
): Fix | undefined {
  const outer = at.sections.find(({ name }) => name !== 'virtualhost')?.node ?? at.node;
  if (outer.span.file !== at.node.span.file || model.kind === 'htaccess') return undefined;
  const block = [`<Proxy "${originOf(url)}" ${parameters}>`, '</Proxy>'];
  const edit = insertBefore(model.loaded.sources, outer.span, block);
  return edit && { title: 'Add a worker', kind: 'review', edits: [edit] };
}
