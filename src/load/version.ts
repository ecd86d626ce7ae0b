import { compilePcre } from '../pattern/pcre.ts';
import { splitWords } from '../syntax/words.ts';
import type { Word } from '../syntax/tree.ts';
import { takeBranch } from './conditions.ts';
import { type LoadContext, report } from './context.ts';
import type { OnReadCall, OnReadOutcome } from './on-read.ts';

const BAD_VERSION =
  'Version appears to be invalid. It must have the format major[.minor[.patch]] where major, minor and patch are numbers.';

/** Why a comparison makes no sense, in httpd's words. */
class ComparisonError extends Error {}

/**
 * `<IfVersion [operator] version>`
 *
 * The words are cut before the `>` is looked for, so it may stand apart or at the end of the version.
 *
 * @source httpd modules/metadata/mod_version.c, `start_ifversion`
 */
export function openIfVersion(ctx: LoadContext, call: OnReadCall): OnReadOutcome {
  const { node, row, line } = call;
  const words = versionWords(call);
  if (words.length === 0 || words.length > 3 || words[0]!.text === '') {
    report(ctx, 'syntax/argument-count', `${row.name} takes one, two or three arguments`, node.name.span);
    return undefined;
  }
  let [operator, version, third] = words.map((word) => word.text);
  if (version === undefined) [operator, version] = ['=', operator];
  if (third === undefined && version === '>') [operator, version, third] = ['=', operator, '>'];
  if (version === '' || (third !== '>' && !version!.endsWith('>'))) {
    report(ctx, 'syntax/missing-bracket', `${row.name}> directive missing closing '>'`, node.name.span);
    return undefined;
  }
  try {
    const holds = compare(operator!, third === '>' ? version! : version!.slice(0, -1), ctx.version);
    return takeBranch(ctx, call, holds);
  } catch (error) {
    if (!(error instanceof ComparisonError)) throw error;
    report(ctx, 'load/version-condition', error.message, line.span);
    return undefined;
  }
}

/** The words after the name; `<IfVersion>` alone leaves its `>`. */
function versionWords({ node, line }: OnReadCall): Word[] {
  const words = splitWords(line).slice(1);
  if (words.length > 0 || node.kind !== 'section' || !node.hasBracket) return words;
  return [{ text: '>', span: node.name.span }];
}

function compare(operator: string, version: string, target: readonly [number, number, number]): boolean {
  const isNegated = operator.startsWith('!');
  const plain = isNegated && operator.length > 1 ? operator.slice(1) : operator;
  const kind = plain[0];
  const orEqual = plain === `${kind}=` && kind !== '~';
  if (plain.length > 1 && !orEqual) throw new ComparisonError(`unrecognized operator '${operator}'`);
  let holds: boolean;
  switch (kind) {
    case '=':
      holds = version.startsWith('/')
        ? matches(delimited(version), target)
        : order(target, parse(version)) === 0;
      break;
    case '~':
      holds = matches(version, target);
      break;
    case '<':
    case '>': {
      const sign = order(target, parse(version));
      holds = sign === 0 ? orEqual : sign > 0 === (kind === '>');
      break;
    }
    default:
      throw new ComparisonError(`unrecognized operator '${operator}'`);
  }
  return holds !== isNegated;
}

function delimited(version: string): string {
  if (version.length < 2 || !version.endsWith('/')) {
    throw new ComparisonError('Missing delimiting / of regular expression.');
  }
  return version.slice(1, -1);
}

function matches(pattern: string, target: readonly number[]): boolean {
  const compiled = compilePcre(pattern);
  if (!compiled.ok) throw new ComparisonError('Unable to compile regular expression');
  return compiled.pattern.test(target.join('.'));
}

/** Missing parts, and empty ones, are 0. */
function parse(version: string): number[] {
  if (!/^\d[\d.]*$/.test(version)) throw new ComparisonError(BAD_VERSION);
  const parts = version.split('.');
  if (parts.length > 3 && !(parts.length === 4 && parts[3] === '')) throw new ComparisonError(BAD_VERSION);
  return [0, 1, 2].map((index) => Number(parts[index] ?? 0));
}

function order(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < 3; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
