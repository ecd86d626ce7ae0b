import type { Fix } from '../diagnostics/diagnostic.ts';
import { lineEndOf } from './edits.ts';
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
  const { text } = model.loaded.sources.files[outer.span.file]!;
  const start = text.lastIndexOf('\n', outer.span.start - 1) + 1;
  const indent = text.slice(start, outer.span.start);
  if (!/^[ \t]*$/.test(indent) || outer.span.file !== at.node.span.file || model.kind === 'htaccess')
    return undefined;
  const feed = lineEndOf(model.loaded.sources, outer.span);
  const block = `${indent}<Proxy "${originOf(url)}" ${parameters}>${feed}${indent}</Proxy>${feed}`;
  return {
    title: 'Add a worker',
    kind: 'review',
    edits: [{ span: { ...outer.span, start, end: start }, text: block }],
  };
}
