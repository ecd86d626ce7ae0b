import type { Span } from '../source/source.ts';

export type Severity = 'error' | 'warning' | 'info' | 'hint';

/** A place that explains a diagnostic: the earlier line, the opener, the include. */
export interface RelatedPlace {
  readonly message: string;
  readonly span: Span;
}

export interface Edit {
  readonly span: Span;
  readonly text: string;
}

export interface Fix {
  readonly title: string;
  /** `safe` keeps the meaning or restores the obviously intended one; `review` needs a person's eye. */
  readonly kind: 'safe' | 'review';
  readonly edits: readonly Edit[];
}

/** A problem in a configuration, as a value. The file name is never part of the message. */
export interface Diagnostic {
  /** A key of `CODES` (parse, load, bind, plan), or a lint rule's name. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
  readonly related?: readonly RelatedPlace[];
  readonly help?: string;
  readonly fix?: Fix;
}

export type Report = (diagnostic: Diagnostic) => void;
