import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { SourceFile, SourceSet } from '../source/source.ts';
import { fileOf, lineIndexOf } from '../source/line-index.ts';

/** Names of the findings that suppressions themselves give. */
export const UNUSED_SUPPRESSION = 'unused-suppression';
export const INVALID_SUPPRESSION = 'invalid-suppression';

export interface SuppressionOptions {
  /** A suppression without ` -- reason` is a finding. */
  readonly requireReason: boolean;
  readonly isRule: (name: string) => boolean;
}

/** A comment that silences rules in some lines of its file. */
interface Suppression {
  /** Empty: every rule. */
  readonly rules: readonly string[];
  readonly firstLine: number;
  lastLine: number;
  readonly start: number;
  readonly end: number;
  readonly reason: string | undefined;
  isUsed: boolean;
}

export interface SuppressionOutcome {
  readonly kept: readonly Diagnostic[];
  /** What comments silenced, with the reason given. */
  readonly suppressed: readonly { readonly diagnostic: Diagnostic; readonly reason: string | undefined }[];
}

const COMMENT = /^[ \t]*#[ \t]*lint-(disable-next-line|disable-file|disable|enable)\b[ \t]*(.*?)[ \t\r]*$/gm;

/**
 * Takes out what comments silence: `# lint-disable-next-line RULE -- reason`, `# lint-disable RULE` up to
 * `# lint-enable RULE` or the end of the file, `# lint-disable-file RULE`. Comments that silence nothing, and those that
 * name no rule, are findings. What httpd itself refuses can't be silenced.
 *
 * @param isSuppressible whether a diagnostic comes from a rule
 */
export function suppress(
  sources: SourceSet,
  diagnostics: readonly Diagnostic[],
  isSuppressible: (diagnostic: Diagnostic) => boolean,
  options: SuppressionOptions,
): SuppressionOutcome {
  const kept: Diagnostic[] = [];
  const suppressed: { diagnostic: Diagnostic; reason: string | undefined }[] = [];
  const problems: Diagnostic[] = [];
  const byFile = new Map<number, Suppression[]>();
  for (const file of sources.files) {
    if (file.macro === undefined)
      byFile.set(
        file.id,
        read(file, options, (found) => problems.push(found)),
      );
  }
  for (const diagnostic of diagnostics) {
    const file = fileOf(sources, diagnostic.span.file);
    const line = lineIndexOf(file).lineAt(diagnostic.span.start);
    const matching = isSuppressible(diagnostic)
      ? byFile
          .get(file.id)
          ?.find(
            (candidate) =>
              line >= candidate.firstLine &&
              line <= candidate.lastLine &&
              (candidate.rules.length === 0 || candidate.rules.includes(diagnostic.code)),
          )
      : undefined;
    if (!matching) {
      kept.push(diagnostic);
      continue;
    }
    matching.isUsed = true;
    suppressed.push({ diagnostic, reason: matching.reason });
  }
  for (const [file, list] of byFile) {
    for (const { isUsed, start, end } of list) {
      if (isUsed) continue;
      problems.push({
        code: UNUSED_SUPPRESSION,
        severity: 'info',
        message: 'The comment silences nothing',
        span: { file, start, end },
        help: 'remove it',
      });
    }
  }
  return { kept: [...kept, ...problems], suppressed };
}

function read(
  file: SourceFile,
  options: SuppressionOptions,
  report: (found: Diagnostic) => void,
): Suppression[] {
  if (!file.text.includes('lint-')) return [];
  const index = lineIndexOf(file);
  const found: Suppression[] = [];
  for (const match of file.text.matchAll(COMMENT)) {
    const start = match.index + match[0].indexOf('#');
    const span = { file: file.id, start, end: start + match[0].trim().length };
    const line = index.lineAt(start);
    const [, kind, rest = ''] = match;
    const separator = rest.search(/(^|\s)--(\s|$)/);
    const names = (separator < 0 ? rest : rest.slice(0, separator))
      .split(/[\s,]+/)
      .filter((name) => name !== '');
    const reason = separator < 0 ? undefined : rest.slice(separator).replace(/^\s*--\s*/, '') || undefined;
    for (const name of names) {
      if (!options.isRule(name)) {
        report({
          code: INVALID_SUPPRESSION,
          severity: 'warning',
          message: `No rule is called ${name}`,
          span,
          help: 'see httpd-gateway lint --list-rules',
        });
      }
    }
    if (kind === 'enable') {
      for (const open of found) {
        const ends =
          names.length === 0 || open.rules.length === 0 || open.rules.every((rule) => names.includes(rule));
        if (ends && open.lastLine === Infinity && open.firstLine > 0) open.lastLine = line;
      }
      continue;
    }
    if (options.requireReason && reason === undefined) {
      report({
        code: INVALID_SUPPRESSION,
        severity: 'warning',
        message: 'The suppression gives no reason',
        span,
        help: 'add " -- why" at its end',
      });
    }
    const [firstLine, lastLine] =
      kind === 'disable-next-line'
        ? [line + 1, lastLineOfNext(file.text, index.lineStart(line + 1), index)]
        : kind === 'disable-file'
          ? [0, Infinity]
          : [line, Infinity];
    found.push({
      rules: names,
      firstLine,
      lastLine,
      start: span.start,
      end: span.end,
      reason,
      isUsed: false,
    });
  }
  return found;
}

/** The last physical line of the logical line that starts there: continued lines are silenced as a whole. */
function lastLineOfNext(text: string, start: number, index: ReturnType<typeof lineIndexOf>): number {
  let at = start;
  for (;;) {
    const feed = text.indexOf('\n', at);
    if (feed < 0) return index.lineAt(text.length);
    const before = text[feed - 1] === '\r' ? feed - 2 : feed - 1;
    if (text[before] !== '\\') return index.lineAt(feed);
    at = feed + 1;
  }
}
