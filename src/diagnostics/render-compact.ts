import { positionOf } from '../source/line-index.ts';
import type { SourceSet } from '../source/source.ts';
import type { Diagnostic } from './diagnostic.ts';
import { readable } from './place.ts';

/** One line for each diagnostic: `file:line:col: severity: message [code]`. */
export function renderCompact(sources: SourceSet, diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map((diagnostic) => {
      const { path, line, column } = positionOf(sources, diagnostic.span);
      const message = readable(diagnostic.message);
      return `${readable(path)}:${line}:${column}: ${diagnostic.severity}: ${message} [${diagnostic.code}]\n`;
    })
    .join('');
}
