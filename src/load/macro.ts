import { httpdLine } from '../syntax/httpd-line.ts';
import { nextWord, splitWords } from '../syntax/words.ts';
import type { Word } from '../syntax/tree.ts';
import { sliceMapped } from '../syntax/mapped-text.ts';
import { addSource, type LoadContext, report } from './context.ts';
import type { LineReader } from './line-reader.ts';
import { isUsedIn, substituteArguments } from './macro-substitution.ts';
import type { OnReadCall } from './on-read.ts';
import type { Macro, MacroLine } from './request.ts';

/** Longest line of a macro, and of its expansion. */
const MAX_MACRO_LINE = 8192;
const ARGUMENT_PREFIXES = '$%@';

/**
 * `<Macro name parameter…>` with its body, which is kept raw but for comments.
 *
 * @source httpd modules/core/mod_macro.c, `macro_section`
 */
export function defineMacro(ctx: LoadContext, call: OnReadCall): void {
  const { node, line, reader } = call;
  ctx.hasMacros = true;
  const problem = (message: string) => report(ctx, 'load/macro-definition', message, node.name.span);
  const nameEnd = nextWord(line.text, 0)!;
  if (node.kind === 'section' && !node.hasBracket) return problem("<Macro> directive missing closing '>'");
  if (node.argsText === '') return problem('<Macro macro definition: empty name');
  const bracket = line.text.lastIndexOf('>');
  const trailing = line.text.slice(bracket + 1);
  if (trailing.trim() !== '') {
    const message = `non blank chars found after <Macro closing '>': ${trailing.trim()}`;
    report(ctx, 'load/trailing-text', message, sliceMapped(line, bracket + 1).pieces[0]!.span);
  }
  const [name, ...parameters] = splitWords(sliceMapped(line, nameEnd.next, bracket));
  if (name === undefined || name.text === '') return problem('<Macro macro definition: name not found');
  const key = name.text.toLowerCase();
  const earlier = ctx.macros.get(key);
  if (earlier !== undefined) {
    const related = [{ message: 'it is defined here', span: earlier.defined }];
    report(ctx, 'load/macro-redefined', `macro '${key}' multiply defined`, name.span, { related });
  }
  if (!checkParameters(ctx, key, parameters)) return;
  const body = readBody(ctx, reader);
  if (body === undefined) {
    return problem(`macro '${key}': contents error: expected token not found: </Macro>`);
  }
  if (body.problem !== undefined) return problem(`macro '${key}': contents error: ${body.problem}`);
  if (body.nesting !== 0) {
    const sign = body.nesting > 0 ? '+' : '';
    report(
      ctx,
      'load/macro-unbalanced',
      `bad cumulated nesting (${sign}${body.nesting}) in macro '${key}'`,
      name.span,
    );
  }
  checkBody(ctx, name, key, parameters, body.lines);
  ctx.macros.set(key, {
    name: key,
    parameters: parameters.map((word) => word.text),
    body: body.lines,
    defined: node.span,
    uses: [],
  });
}

/** `Use name value…`: reading goes on with the expansion. @source httpd mod_macro.c, `use_macro` */
export function useMacro(ctx: LoadContext, { node, reader }: OnReadCall): void {
  const problem = (message: string, at = node.name.span) => report(ctx, 'load/macro-use', message, at);
  const [name, ...values] = node.args;
  if (!ctx.hasMacros) return problem('no macro defined before Use');
  if (name === undefined || name.text === '') return problem('no macro name specified with Use');
  const key = name.text.toLowerCase();
  const macro = ctx.macros.get(key);
  if (macro === undefined) return problem(`macro '${key}' undefined`, name.span);
  const related = [{ message: `macro '${key}' is defined here`, span: macro.defined }];
  // httpd too looks for the name in that of the text, which holds where the macros in use were defined
  if (reader.name.includes(`macro '${key}'`)) {
    return report(ctx, 'load/macro-use', `recursive use of macro '${key}' is invalid`, name.span, {
      related,
    });
  }
  if (values.length !== macro.parameters.length) {
    const message = `macro '${key}' used with ${values.length} arguments instead of ${macro.parameters.length}`;
    return report(ctx, 'load/macro-use', message, name.span, { related });
  }
  values.forEach((value, index) => {
    if (value.text === '')
      report(ctx, 'load/macro-empty-argument', `macro '${key}': empty argument #${index + 1}`, value.span);
  });
  const texts = values.map((value) => value.text);
  const lines = macro.body.map((line) => substituteArguments(line.text, macro.parameters, texts));
  const tooLong = lines.findIndex((line) => line.length >= MAX_MACRO_LINE);
  if (tooLong >= 0) {
    const message = `macro '${key}': error while substituting: line ${tooLong + 1} becomes too long`;
    return report(ctx, 'load/macro-use', message, name.span, { related });
  }
  macro.uses.push(node.span);
  const file = addSource(ctx, {
    path: expansionName(ctx, macro, node.span),
    text: lines.map((line) => `${line}\n`).join(''),
    includedFrom: node.span,
    macro: { name: key, defined: macro.defined, lines: macro.body.map((line) => line.span) },
  });
  reader.push(file);
}

/** `UndefMacro name` */
export function undefMacro(ctx: LoadContext, { node }: OnReadCall): void {
  const name = node.args[0]!;
  const key = name.text.toLowerCase();
  if (!ctx.hasMacros) report(ctx, 'load/macro-use', 'no macro defined before UndefMacro', node.name.span);
  else if (!ctx.macros.delete(key))
    report(ctx, 'load/macro-use', `cannot remove undefined macro '${key}'`, name.span);
}

interface Body {
  readonly lines: readonly MacroLine[];
  /** Sections opened less sections closed. */
  readonly nesting: number;
  readonly problem?: string;
}

/** The lines up to the `</Macro>` that belongs to this definition; undefined when there is none. */
function readBody(ctx: LoadContext, reader: LineReader): Body | undefined {
  const lines: MacroLine[] = [];
  let depth = 1;
  let nesting = 1;
  for (let line = reader.next(); line !== undefined; line = reader.next()) {
    if (line.text.length >= MAX_MACRO_LINE - 1) return undefined;
    if (line.text.startsWith('#')) continue;
    const first = nextWord(line.text, 0)?.text ?? '';
    if (first.startsWith('</')) {
      nesting--;
      if (nesting < 0) {
        report(
          ctx,
          'load/macro-negative-nesting',
          'bad (negative) nesting: a section is closed that the macro did not open',
          line.span,
        );
      }
    } else if (first.startsWith('<')) {
      nesting++;
    }
    const word = first.toLowerCase();
    if (word === '</macro>') {
      const trailing = line.text.slice(line.text.lastIndexOf('>') + 1).trim();
      if (trailing !== '') {
        report(
          ctx,
          'load/trailing-text',
          `non blank chars found after directive closing: ${trailing}`,
          line.span,
        );
      }
      depth--;
      if (depth === 0) return { lines, nesting };
    } else if (word === '<macro') {
      depth++;
    }
    lines.push({ text: line.text, span: line.span });
  }
  return undefined;
}

/** False after an error. */
function checkParameters(ctx: LoadContext, macro: string, parameters: readonly Word[]): boolean {
  for (const [i, parameter] of parameters.entries()) {
    const { text, span } = parameter;
    if (text === '') {
      report(ctx, 'load/macro-definition', `macro '${macro}': empty argument #${i + 1} name`, span);
      return false;
    }
    if (!ARGUMENT_PREFIXES.includes(text[0]!)) {
      const message = `macro '${macro}' argument name '${text}' (#${i + 1}) without expected prefix`;
      report(ctx, 'load/macro-argument-prefix', message, span, {
        help: `begin it with one of ${ARGUMENT_PREFIXES}`,
      });
    }
    for (const [offset, other] of parameters.slice(i + 1).entries()) {
      const j = i + 1 + offset;
      if (other.text === text) {
        const message = `argument name conflict in macro '${macro}': argument '${text}': #${i + 1} and #${j + 1}, change argument names!`;
        report(ctx, 'load/macro-definition', message, other.span);
        return false;
      }
      if (other.text !== '' && (text.startsWith(other.text) || other.text.startsWith(text))) {
        const message = `macro '${macro}': argument name prefix conflict (${text} #${i + 1} and ${other.text} #${j + 1})`;
        report(ctx, 'load/macro-argument-overlap', message, other.span);
      }
    }
  }
  return true;
}

function checkBody(
  ctx: LoadContext,
  name: Word,
  key: string,
  parameters: readonly Word[],
  lines: readonly MacroLine[],
): void {
  if (lines.length === 0) {
    report(ctx, 'load/macro-empty', `macro '${key}': empty contents!`, name.span);
    return;
  }
  const texts = parameters.map((word) => word.text);
  parameters.forEach((parameter, index) => {
    if (lines.some((line) => isUsedIn(line.text, texts, index))) return;
    const message = `macro '${key}': argument '${parameter.text}' (#${index + 1}) never used`;
    report(ctx, 'load/macro-argument-unused', message, parameter.span);
  });
}

/** httpd's name for an expansion, which its messages show as if it were a file. */
function expansionName(ctx: LoadContext, macro: Macro, use: OnReadCall['node']['span']): string {
  const sources = { files: ctx.sources };
  const definedIn = ctx.sources[macro.defined.file]!;
  const definedLine = httpdLine(sources, macro.defined);
  const usedIn = ctx.sources[use.file]!;
  return `macro '${macro.name}' (defined on line ${definedLine} of "${definedIn.path}") used on line ${httpdLine(sources, use)} of "${usedIn.path}"`;
}
