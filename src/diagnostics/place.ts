import { definitionOf, fileOf, lineIndexOf, positionOf } from '../source/line-index.ts';
import type { SourceSet, Span } from '../source/source.ts';

/** One step of how a file came to be read. */
export interface Origin {
  readonly kind: 'include' | 'macro';
  /** Name of the macro. */
  readonly name?: string;
  readonly path: string;
  readonly line: number;
}

/** The lines that brought a span's file in, innermost first: `Include` lines, and `Use` lines of macros. */
export function originsOf(sources: SourceSet, span: Span): Origin[] {
  const origins: Origin[] = [];
  for (let file = fileOf(sources, span.file); file.includedFrom !== undefined;) {
    const from: Span = file.includedFrom;
    const { path, line } = positionOf(sources, from);
    origins.push(
      file.macro === undefined
        ? { kind: 'include', path, line }
        : { kind: 'macro', name: file.macro.name, path, line },
    );
    file = fileOf(sources, from.file);
  }
  return origins;
}

/** A range as editors want it; line and column count from 1, the end is exclusive. */
export interface Range {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export function rangeOf(sources: SourceSet, span: Span): Range {
  const written = definitionOf(sources, span);
  const file = fileOf(sources, written.file);
  const index = lineIndexOf(file);
  return {
    path: readable(file.path),
    line: index.lineAt(written.start),
    column: index.columnAt(written.start),
    endLine: index.lineAt(written.end),
    endColumn: index.columnAt(written.end),
  };
}

/**
 * A latin1 byte string as text for people: decoded as UTF-8, control characters made visible, so that a file cannot
 * steer the reader's terminal.
 */
export function readable(bytes: string): string {
  return Buffer.from(bytes, 'latin1')
    .toString('utf8')
    .replace(/\t/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) => {
      const code = character.charCodeAt(0);
      return code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, '0')}`;
    });
}
