import type { Span } from '../source/source.ts';

/** One word of a directive line, unquoted and unescaped, with the place it was written at. */
export interface Word {
  readonly text: string;
  readonly span: Span;
  readonly quote?: '"' | "'";
  /** The closing quote is missing; httpd takes the rest of the line. */
  readonly isOpen?: true;
}

/**
 * Where a run of `argsText` comes from. Continuations and `${VAR}` make the text of a line differ from what
 * stands in the file; each piece maps text from `at` onwards to `span` (a `${VAR}` piece maps as a whole).
 */
export interface TextPiece {
  readonly at: number;
  readonly span: Span;
}

interface LineNode {
  /** Directive or section name as written (`Word.text` without `<` for a section). */
  readonly name: Word;
  /** What httpd hands to a RAW_ARGS directive: expanded, trimmed, unsplit. For a section: up to the last `>`, exclusive. */
  readonly argsText: string;
  readonly argsPieces: readonly TextPiece[];
  /** `argsText` split by httpd's word rule (spec config-language section 3). */
  readonly args: readonly Word[];
  /** The logical line, from its first to its last physical line. */
  readonly span: Span;
}

export interface DirectiveNode extends LineNode {
  readonly kind: 'directive';
}

export interface SectionNode extends LineNode {
  readonly kind: 'section';
  readonly children: readonly ConfigNode[];
  /** Missing when the file ended first. */
  readonly close?: Span;
  /** False when the opening line lacks its `>`. */
  readonly hasBracket: boolean;
}

/**
 * The complete tree after `load`: includes spliced in, conditionals decided, macros expanded, variables
 * replaced. Plain data, cloneable.
 */
export type ConfigNode = DirectiveNode | SectionNode;
