import type { BoundScope } from '../bind/bound.ts';
import { compileCondition } from '../expr/compile.ts';
import { isWildcard, compileFnmatch } from '../pattern/fnmatch.ts';
import { mustCompilePcre, type PcrePattern } from '../pattern/pcre.ts';
import type { DirConfig } from '../pipeline/dir-config.ts';
import { exprContext } from '../pipeline/expr-context.ts';
import { logRequest } from '../pipeline/log.ts';
import type { RequestRecord } from '../pipeline/request.ts';
import type { Section, SectionKind } from '../pipeline/section.ts';

type Matcher = Section['matches'];

/** A bound scope as a section that can be matched. */
export function planSection(scope: BoundScope, config: DirConfig): Section {
  const kind = scope.section as SectionKind;
  const pattern = scope.regex && mustCompilePcre(scope.regex.source, { caseless: scope.regex.caseless });
  return {
    kind,
    argument: scope.argument,
    span: scope.span,
    config,
    depth: depthOf(kind, scope.argument),
    setsVariables: pattern !== undefined && pattern.names.size > 0,
    matches: pattern ? regexMatcher(pattern) : matcher(scope, kind),
  };
}

function depthOf(kind: SectionKind, argument: string): number {
  const slashes = argument.split('/').length - 1;
  return kind === 'directory' ? slashes - 1 : slashes;
}

function matcher(scope: BoundScope, kind: SectionKind): Matcher {
  const { argument } = scope;
  switch (kind) {
    case 'directory':
    case 'files':
      return isWildcard(argument)
        ? wildcardMatcher(argument, kind === 'directory')
        : (subject) => subject === argument;
    case 'location':
      return isWildcard(argument) ? wildcardMatcher(argument, true) : locationMatcher(argument);
    case 'proxy':
      return isWildcard(argument)
        ? wildcardMatcher(argument, false)
        : (subject) => subject.startsWith(argument);
    case 'if':
    case 'elseIf':
      return conditionMatcher(scope);
    case 'else':
      return () => true;
    case 'directoryMatch':
    case 'filesMatch':
    case 'locationMatch':
    case 'proxyMatch':
      throw new Error(`a ${kind} section without its pattern`);
  }
}

function wildcardMatcher(pattern: string, isPath: boolean): Matcher {
  const matches = compileFnmatch(pattern, { pathname: isPath });
  return (subject) => matches(subject);
}

/** A prefix that ends where a segment does. */
function locationMatcher(prefix: string): Matcher {
  const { length } = prefix;
  if (prefix === '' || prefix.endsWith('/')) return (subject) => subject.startsWith(prefix);
  return (subject) =>
    subject.startsWith(prefix) && (subject.length === length || subject.charCodeAt(length) === 0x2f);
}

/** Search; named groups become `MATCH_NAME` variables. */
function regexMatcher(pattern: PcrePattern): Matcher {
  const names = [...pattern.names].map(
    ([name, indexes]) => [`MATCH_${name.toUpperCase()}`, indexes] as const,
  );
  if (names.length === 0) return (subject) => pattern.test(subject);
  return (subject, req) => {
    const match = pattern.exec(subject);
    if (!match) return false;
    for (const [name, indexes] of names) {
      const value = indexes.map((index) => match[index]).find((text) => text !== undefined);
      if (value !== undefined) req.subprocessEnv.set(name, value);
    }
    return true;
  };
}

/** A condition that fails while it is evaluated counts as false. */
function conditionMatcher(scope: BoundScope): Matcher {
  if (!scope.expr) throw new Error('an <If> without its condition');
  const condition = compileCondition(scope.expr.node);
  return (_subject: string, req: RequestRecord) => {
    try {
      return condition(exprContext(req));
    } catch (error) {
      logRequest(req, 'error', 'core', 'AH00039', `Failed to evaluate <If > condition: ${String(error)}`);
      return false;
    }
  };
}
