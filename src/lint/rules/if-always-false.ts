import type { LintRule } from '../rule.ts';
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
      if (values.includes(false)) return false;
      return values.every((value) => value === true) ? true : undefined;
    }
    case 'or': {
      const values = node.operands.map(constantValue);
      if (values.includes(true)) return true;
      return values.every((value) => value === false) ? false : undefined;
    }
    case 'compare':
      return constantComparison(node);
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

/** A condition is always false. */
export const ifAlwaysFalse: LintRule = {
  name: 'if-always-false',
  severity: 'warning',
  summary: 'A condition is always false',
  wave: 2,
  needs: [],
  fixable: 'none',
  page: {
    what: 'Finds conditions of constants, and comparisons of a URL path with a text that does not start with a slash.',
    why: 'The section never applies, whatever the request.',
    howToFix: 'Mend or remove the condition.',
    evidence: ['httpd expression document'],
    bad: [{ text: '<If "%{REQUEST_URI} == \'index.php\'">\n  SetEnv A b\n</If>\n' }],
    good: [{ text: '<If "%{REQUEST_URI} == \'/index.php\'">\n  SetEnv A b\n</If>\n' }],
  },
  check(model, report) {
    for (const { name, node } of [...model.sectionsNamed('if'), ...model.sectionsNamed('elseif')]) {
      const [word] = node.args;
      if (!word || word.text.includes('${')) continue;
      const parsed = parseCondition(word.text);
      if (!parsed.ok || constantValue(parsed.node) !== false) continue;
      report({
        message: `The condition of this <${name === 'if' ? 'If' : 'ElseIf'}> is always false`,
        span: word.span,
        help: 'URL paths and file names start with a slash; constants never change',
      });
    }
  },
};
