import type { SourceSet } from '../source/source.ts';
import type { Diagnostic } from './diagnostic.ts';
import { originsOf, rangeOf, readable, type Origin, type Range } from './place.ts';

/** A diagnostic as other programs read it: places instead of offsets, text instead of bytes. */
export interface JsonDiagnostic extends Range {
  readonly code: string;
  readonly severity: Diagnostic['severity'];
  readonly message: string;
  readonly help?: string;
  readonly related?: readonly (Range & { readonly message: string })[];
  readonly includedFrom?: readonly Origin[];
  readonly fix?: {
    readonly title: string;
    readonly kind: 'safe' | 'review';
    readonly edits: readonly (Range & { readonly text: string })[];
  };
}

export function toJson(sources: SourceSet, diagnostic: Diagnostic): JsonDiagnostic {
  const { code, severity, message, span, help, related, fix } = diagnostic;
  const origins = originsOf(sources, span).map((origin) => ({ ...origin, path: readable(origin.path) }));
  return {
    code,
    severity,
    message: readable(message),
    ...rangeOf(sources, span),
    ...(help !== undefined && { help: readable(help) }),
    ...(related !== undefined && {
      related: related.map((place) => ({
        message: readable(place.message),
        ...rangeOf(sources, place.span),
      })),
    }),
    ...(origins.length > 0 && { includedFrom: origins }),
    ...(fix !== undefined && {
      fix: {
        title: fix.title,
        kind: fix.kind,
        edits: fix.edits.map((edit) => ({ ...rangeOf(sources, edit.span), text: edit.text })),
      },
    }),
  };
}

/** A JSON array with one object for each diagnostic. */
export function renderJson(sources: SourceSet, diagnostics: readonly Diagnostic[]): string {
  return `${JSON.stringify(
    diagnostics.map((diagnostic) => toJson(sources, diagnostic)),
    null,
    2,
  )}\n`;
}
