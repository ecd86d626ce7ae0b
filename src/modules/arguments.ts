import type { DirectiveNode, Word } from '../syntax/tree.ts';

/** The words of an ITERATE line: those before the first empty one. */
export function eachWord(node: DirectiveNode): readonly Word[] {
  const end = node.args.findIndex((word) => word.text === '');
  return end < 0 ? node.args : node.args.slice(0, end);
}
