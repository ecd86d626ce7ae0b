import type { Fix } from '../../diagnostics/diagnostic.ts';
import type { LintRule } from '../rule.ts';
import { removeLines, sectionSpan } from '../edits.ts';
import type { ConfigNode, SectionNode, Word } from '../../syntax/tree.ts';
import { parseCondition } from '../../../grammar/expr/index.ts';
import type { ConditionNode, WordNode } from '../../../grammar/expr/ast.ts';

/** The text of a word that is the same for every request. */
function constantText(word: WordNode): string | undefined {
  if (word.kind === 'literal') return word.value;
  if (word.kind !== 'concat') return undefined;
  const parts = word.parts.map(constantText);
  return parts.some((part) => part === undefined) ? undefined : parts.join('');
}

const PATHS: ReadonlySet<string> = new Set([
  'REQUEST_URI',
  'DOCUMENT_URI',
  'REQUEST_FILENAME',
  'SCRIPT_FILENAME',
]);

function isPath(word: WordNode): boolean {
  return word.kind === 'variable' && PATHS.has(word.name);
}

/** Whether a condition has one value for every request; undefined: it depends. */
function constantValue(node: ConditionNode): boolean | undefined {
  switch (node.kind) {
    case 'constant':
      return node.value;
    case 'not': {
      const value = constantValue(node.operand);
      return value === undefined ? undefined : !value;
    }
    case 'and': {
      const values = node.operands.map(constantValue);
      if (values.includes(false) || contradict(node.operands)) return false;
      return values.every((value) => value === true) ? true : undefined;
    }
    case 'or': {
      const values = node.operands.map(constantValue);
      if (values.includes(true)) return true;
      return values.every((value) => value === false) ? false : undefined;
    }
    case 'compare':
      return constantComparison(node);
    case 'match':
      return constantMatch(node);
    default:
      return undefined;
  }
}

function constantComparison(node: Extract<ConditionNode, { kind: 'compare' }>): boolean | undefined {
  if (node.operator !== '==' && node.operator !== '!=') return undefined;
  const left = constantText(node.left);
  const right = constantText(node.right);
  if (left !== undefined && right !== undefined) return (left === right) === (node.operator === '==');
  const path = isPath(node.left) ? right : isPath(node.right) ? left : undefined;
  if (path === undefined || path === '' || path.startsWith('/') || path.startsWith('proxy:'))
    return undefined;
  return node.operator === '!=';
}

/** A pattern that begins with a literal other than a slash never matches a path. */
function constantMatch({
  subject,
  regex,
  negated,
}: Extract<ConditionNode, { kind: 'match' }>): boolean | undefined {
  return isPath(subject) && /^\^[\w-](?![?*{])/.test(regex.source) && !regex.source.includes('|')
    ? negated
    : undefined;
}

/** Two operands want the same variable to be two different texts. */
function contradict(operands: readonly ConditionNode[]): boolean {
  const wanted = new Map<string, string>();
  return operands.some((operand) => {
    if (operand.kind !== 'compare' || operand.operator !== '==') return false;
    const [variable, other] =
      operand.left.kind === 'variable' ? [operand.left, operand.right] : [operand.right, operand.left];
    const text = constantText(other);
    if (variable.kind !== 'variable' || text === undefined) return false;
    const before = wanted.get(variable.name);
    wanted.set(variable.name, text);
    return before !== undefined && before !== text;
  });
}

/** The condition of an earlier branch of the same chain that says the same. */
function earlierBranch(siblings: readonly ConfigNode[], node: SectionNode): Word | undefined {
  const own = node.args[0]?.text;
  for (let i = siblings.indexOf(node) - 1; i >= 0; i--) {
    const branch = siblings[i]!;
    if (branch.kind !== 'section' || !/^(if|elseif)$/i.test(branch.name.text)) return undefined;
    const [condition] = branch.args;
    if (condition?.text === own) return condition;
    if (branch.name.text.toLowerCase() === 'if') return undefined;
  }
  return undefined;
}

/** Whether another branch follows an `<If>`: without that one it would have nothing to be the other of. */
function hasElse(siblings: readonly ConfigNode[], node: SectionNode): boolean {
  return /^else/i.test(siblings[siblings.indexOf(node) + 1]?.name.text ?? '');
}

/** A condition is always false. */
export const ifAlwaysFalse: LintRule = {
  name: 'if-always-false',
  severity: 'warning',
  summary: 'A condition is always false, or always true',
  wave: 2,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds conditions of constants, comparisons of a URL path with what does not start with a slash, comparisons of one variable with two texts at once, and branches that repeat an earlier one. A lone `true` is a usual way to come last, and is left alone.',
    why: 'The section never applies, or always, whatever the request.',
    howToFix: 'Mend or remove the condition.',
    evidence: ['httpd expression document'],
    bad: [{ text: '<If "%{REQUEST_URI} == \'index.php\'">\n  SetEnv A b\n</If>\n' }],
    good: [{ text: '<If "%{REQUEST_URI} == \'/index.php\'">\n  SetEnv A b\n</If>\n' }],
  },
  check(model, report) {
    for (const { name, node, sections } of [...model.sectionsNamed('if'), ...model.sectionsNamed('elseif')]) {
      const [word] = node.args;
      if (!word || word.text.includes('${')) continue;
      const parsed = parseCondition(word.text);
      if (!parsed.ok) continue;
      const written = name === 'if' ? 'If' : 'ElseIf';
      const whole = sectionSpan(node);
      const siblings = sections.at(-1)?.node.children ?? model.loaded.tree;
      const isRemovable = name === 'elseif' || !hasElse(siblings, node);
      const fix: Fix | undefined =
        whole && isRemovable
          ? { title: 'Remove the section', kind: 'review', edits: [removeLines(model.loaded.sources, whole)] }
          : undefined;
      const earlier = name === 'elseif' ? earlierBranch(siblings, node) : undefined;
      if (earlier) {
        report({
          message: 'This <ElseIf> never applies: an earlier branch has the same condition',
          span: word.span,
          related: [{ message: 'the earlier branch', span: earlier.span }],
          ...(fix && { fix }),
        });
        continue;
      }
      const value = constantValue(parsed.node);
      if (value === undefined || (value && parsed.node.kind === 'constant')) continue;
      report({
        message: `The condition of this <${written}> is always ${value}`,
        span: word.span,
        help: 'URL paths and file names start with a slash; constants never change',
        ...(!value && fix && { fix }),
      });
    }
  },
};
