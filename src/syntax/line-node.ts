import type { Span } from '../source/source.ts';
import { type LogicalLine, type MappedText, sliceMapped, spanWithin } from './mapped-text.ts';
import type { ConfigNode, DirectiveNode, SectionNode, Word } from './tree.ts';
import { nextWord, placeWord, splitWords, type RawWord } from './words.ts';

/** A close tag: not a node of any tree. */
export interface CloseTag {
  readonly kind: 'close';
  /** Its name without `</` and `>`. */
  readonly name: Word;
  /** Its last character is `>`, as it must be. */
  readonly hasBracket: boolean;
}

/** A section that is still being filled. */
export type OpenableSection = SectionNode & { readonly children: ConfigNode[]; close?: Span };

/**
 * What a logical line is: a directive, the opening of a section, a close tag; undefined for a blank line, and for
 * one whose first word is empty quotes, which httpd drops.
 *
 * @param line joined, trimmed, expanded where the caller expands; no comment
 */
export function lineNode(line: LogicalLine): DirectiveNode | OpenableSection | CloseTag | undefined {
  const first = nextWord(line.text, 0);
  if (first === undefined || first.text === '') return undefined;
  if (first.text[0] !== '<') {
    const args = argumentsOf(line, first.next, line.text.length);
    return { kind: 'directive', name: placeWord(line, first), ...args, span: line.span };
  }
  if (first.text[1] === '/') return closeTag(line, first);
  return sectionNode(line, first);
}

/** `<Name>` loses its `>`, and `<Name args>` ends at its last one; what follows is no argument. */
function sectionNode(line: LogicalLine, first: RawWord): OpenableSection {
  const endsName = first.text.length > 1 && first.text.endsWith('>');
  const hasArguments = first.next < line.text.length;
  const bracket = hasArguments ? line.text.lastIndexOf('>') : -1;
  const hasBracket = hasArguments ? bracket >= first.next : endsName;
  const end = hasArguments && hasBracket ? bracket : line.text.length;
  const name = placeWord(line, first);
  return {
    kind: 'section',
    name: {
      ...name,
      text: first.text.slice(1, endsName ? -1 : undefined),
      span: withoutBrackets(name.span, endsName),
    },
    ...argumentsOf(line, first.next, end),
    span: line.span,
    children: [],
    hasBracket,
  };
}

function closeTag(line: MappedText, first: RawWord): CloseTag {
  const hasBracket = first.text.endsWith('>');
  const name = placeWord(line, first);
  return {
    kind: 'close',
    name: { ...name, text: first.text.slice(2, hasBracket ? -1 : undefined) },
    hasBracket,
  };
}

function argumentsOf(line: MappedText, from: number, to: number) {
  if (from >= to) return { argsText: '', argsPieces: [{ at: 0, span: spanWithin(line, to, to) }], args: [] };
  const mapped = sliceMapped(line, from, to);
  return { argsText: mapped.text, argsPieces: mapped.pieces, args: splitWords(mapped) };
}

function withoutBrackets(span: Span, endsName: boolean): Span {
  if (span.end - span.start < 3) return span;
  return { file: span.file, start: span.start + 1, end: span.end - (endsName ? 1 : 0) };
}
