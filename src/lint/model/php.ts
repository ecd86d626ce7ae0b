import { compilePcre, type PcreResult } from '../../pattern/pcre.ts';
import { compileFnmatch } from '../../pattern/fnmatch.ts';
import type { HandlerLine, LintModel, PlacedDirective } from './model.ts';
import { enclosing } from './place.ts';
import type { SectionNode, Word } from '../../syntax/tree.ts';

/** A handler that hands PHP files to a FastCGI backend, with the section that chooses the files. */
export interface PhpHandler {
  readonly line: HandlerLine;
  readonly section: SectionNode;
  /** The section's pattern or file name. */
  readonly word: Word;
  /** Whether the section takes a file of that name. */
  readonly takes: (name: string) => boolean;
}

const patterns = new Map<string, PcreResult>();
const MAX_COMPILED = 1000;

/** A compiled pattern; thousands of virtual hosts have the same few. */
export function compiledOnce(source: string): PcreResult {
  let result = patterns.get(source);
  if (result === undefined) {
    if (patterns.size >= MAX_COMPILED) patterns.clear();
    patterns.set(source, (result = compilePcre(source)));
  }
  return result;
}

/** Whether a section's argument takes a file name; undefined when that can't be told. */
export function fileMatcher(
  section: SectionNode,
): { word: Word; takes: (name: string) => boolean } | undefined {
  const isTilde = section.args[0]?.text === '~';
  const word = section.args[isTilde ? 1 : 0];
  if (!word || /\$\{/.test(word.text)) return undefined;
  if (isTilde || /match$/i.test(section.name.text)) {
    const compiled = compiledOnce(word.text);
    return compiled.ok ? { word, takes: (name) => compiled.pattern.test(name) } : undefined;
  }
  const matches = compileFnmatch(word.text, {});
  return { word, takes: (name) => matches(name) };
}

/** Handlers inside `<Files>` or `<FilesMatch>` that take `x.php` and go to fcgi or a balancer. */
export function phpHandlers(model: LintModel): PhpHandler[] {
  return model.handlers.flatMap((line) => {
    if (line.by !== 'SetHandler' || !isFastCgi(line)) return [];
    const section = enclosing(line.at.sections, 'filesmatch', 'files');
    const matcher = section && fileMatcher(section);
    return section && matcher?.takes('x.php') ? [{ line, section, ...matcher }] : [];
  });
}

export function isFastCgi({ url }: HandlerLine): boolean {
  return (
    url !== undefined && (url.scheme === 'fcgi' || url.scheme === 'balancer' || url.socket !== undefined)
  );
}

/** Whether a place stands inside a section of one of these names. */
export function isInside(at: PlacedDirective, ...names: readonly string[]): boolean {
  return enclosing(at.sections, ...names) !== undefined;
}
