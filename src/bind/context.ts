import { parseExpr } from '../../grammar/expr/index.ts';
import { diagnostic, type DiagnosticCode } from '../diagnostics/codes.ts';
import type { Diagnostic, Report } from '../diagnostics/diagnostic.ts';
import type { BindContext, BoundExpr, BoundRegex, ScopeKind } from '../modules/module.ts';
import { exprChecks } from '../pattern/expr-checks.ts';
import { compilePcre } from '../pattern/pcre.ts';
import type { Span } from '../source/source.ts';
import { spanWithin } from '../syntax/mapped-text.ts';
import type { DirectiveNode, SectionNode, Word } from '../syntax/tree.ts';

/** What all contexts of one run share. */
export interface BindEnvironment {
  readonly report: Report;
  readonly serverRoot: string;
  readonly mayTouchDisk: boolean;
  readonly hasModule: (name: string) => boolean;
  readonly allowedOptions: readonly string[] | undefined;
}

interface Scope {
  readonly kind: ScopeKind;
  readonly path: string | undefined;
}

/** The place a line stands in, as binders see it. */
export class ScopeContext implements BindContext {
  readonly scope: ScopeKind;
  readonly path: string | undefined;
  readonly isRegexScope: boolean;
  readonly inVhost: boolean;
  readonly inHtaccess: boolean;
  readonly scopes: readonly Scope[];
  readonly inlineSections: readonly string[];
  readonly #env: BindEnvironment;

  constructor(
    env: BindEnvironment,
    scopes: readonly Scope[],
    isRegexScope: boolean,
    inlineSections: readonly string[] = [],
  ) {
    this.#env = env;
    this.inlineSections = inlineSections;
    this.scopes = scopes;
    const own = scopes[scopes.length - 1]!;
    this.scope = own.kind;
    this.path = own.path;
    this.isRegexScope = isRegexScope;
    this.inVhost = scopes.some((scope) => scope.kind === 'vhost');
    this.inHtaccess = scopes.some((scope) => scope.kind === 'htaccess');
  }

  get report(): Report {
    return this.#env.report;
  }

  get allowedOptions(): readonly string[] | undefined {
    return this.#env.allowedOptions;
  }

  get mayTouchDisk(): boolean {
    return this.#env.mayTouchDisk;
  }

  /** The context of a section inside this one. */
  within(kind: ScopeKind, path: string | undefined, isRegex: boolean): ScopeContext {
    return new ScopeContext(this.#env, [...this.scopes, { kind, path }], isRegex);
  }

  /** The same scope, inside a section that is none. */
  inside(name: string): ScopeContext {
    return new ScopeContext(this.#env, this.scopes, this.isRegexScope, [
      ...this.inlineSections,
      name.toLowerCase(),
    ]);
  }

  /** Reports a section that stands somewhere inside a scope where it must not. */
  isWithin(kind: ScopeKind, node: SectionNode): boolean {
    if (!this.scopes.some((scope) => scope.kind === kind)) return false;
    const outer = kind.charAt(0).toUpperCase() + kind.slice(1);
    this.error(node, `<${node.name.text}> cannot occur within <${outer}> section`);
    return true;
  }

  serverRootRelative(path: string): string {
    if (path.startsWith('/')) return path;
    return `${this.#env.serverRoot.replace(/\/$/, '')}/${path}`;
  }

  hasModule(name: string): boolean {
    return this.#env.hasModule(name);
  }

  error(at: Word | DirectiveNode | SectionNode | Span, message: string, help?: string): undefined {
    return this.#report('bind/invalid', spanOf(at), message, help);
  }

  warn(at: Word | DirectiveNode | SectionNode | Span, message: string, help?: string): undefined {
    return this.#report('bind/suspicious', spanOf(at), message, help);
  }

  regex(word: Word, options: { caseless?: boolean; message?: string }): BoundRegex | undefined {
    const caseless = options.caseless ?? false;
    const result = compilePcre(word.text, { caseless });
    if (result.ok) return { source: word.text, caseless, span: word.span };
    if (result.reason === 'unsupported') {
      return this.#report(
        'bind/pattern-not-portable',
        word.span,
        `the pattern cannot be carried over exactly: ${result.message}`,
      );
    }
    return this.error(
      word,
      `${options.message ?? 'Regular expression could not be compiled.'}`,
      `${result.message} (at character ${result.offset + 1} of the pattern)`,
    );
  }

  expr(word: Word, mode: 'boolean' | 'string', message = '', help?: string): BoundExpr | undefined {
    const result = parseExpr(word.text, mode, {
      isSubnet: exprChecks.isSubnet,
      ...(this.inHtaccess && { restricted: 'htaccess' as const }),
      ...(this.hasModule('ssl_module') && { ssl: true }),
    });
    if (!result.ok) {
      return this.error(
        within(word, result.offset, result.end),
        `${message}${result.message}`,
        help ?? result.hint,
      );
    }
    for (const pattern of result.patterns) {
      const compiled = compilePcre(pattern.source, { caseless: pattern.caseless });
      if (compiled.ok) continue;
      if (compiled.reason === 'unsupported') {
        return this.#report(
          'bind/pattern-not-portable',
          word.span,
          `the pattern cannot be carried over exactly: ${compiled.message}`,
        );
      }
      return this.error(word, `${message}Failed to compile regular expression`, compiled.message);
    }
    return { text: word.text, node: result.node, span: word.span };
  }

  rawWord(node: DirectiveNode | SectionNode, start: number, end = node.argsText.length): Word {
    const mapped = { text: node.argsText, pieces: node.argsPieces };
    return { text: node.argsText.slice(start, end), span: spanWithin(mapped, start, end) };
  }

  #report(code: DiagnosticCode, span: Span, message: string, help?: string): undefined {
    const found: Diagnostic = diagnostic(code, message, span, help === undefined ? {} : { help });
    this.#env.report(found);
    return undefined;
  }
}

/** The place of a part of a word; the whole word where its text is not what stands in the file. */
function within(word: Word, start: number, end: number): Span {
  const quotes = word.quote === undefined ? 0 : 1;
  const isLiteral = word.span.end - word.span.start === word.text.length + 2 * quotes;
  if (!isLiteral) return word.span;
  const from = word.span.start + quotes;
  return { file: word.span.file, start: from + start, end: Math.max(from + end, from + start + 1) };
}

function spanOf(at: Word | DirectiveNode | SectionNode | Span): Span {
  if ('kind' in at) return at.kind === 'directive' ? at.span : at.name.span;
  return 'span' in at ? at.span : at;
}
