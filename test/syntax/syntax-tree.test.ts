import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSyntaxTree, type SyntaxNode } from '../../src/syntax/syntax-tree.ts';

function outline(nodes: readonly SyntaxNode[], indent = ''): string[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'comment') return [`${indent}${node.text}`];
    const words = [node.name.text, ...node.args.map((word) => word.text)].join(' ');
    return node.kind === 'directive'
      ? [indent + words]
      : [`${indent}<${words}>`, ...outline(node.children, `${indent}  `)];
  });
}

describe('the syntax tree of a file', () => {
  test('keeps comments, branches not taken, and variables as written', () => {
    const tree = parseSyntaxTree(0, '# a \\\nb\n<IfModule nope.c>\n  # c\n  Include ${x}\n</IfModule>\n');
    expect(outline(tree.nodes)).toEqual(['# a b', '<IfModule nope.c>', '  # c', '  Include ${x}']);
    expect(tree.diagnostics).toEqual([]);
  });

  test('recovers where sections do not match', () => {
    const tree = parseSyntaxTree(0, '<A>\n<B x>\nc\n</A>\nd\n</E>\n<F\n');
    expect(outline(tree.nodes)).toEqual(['<A>', '  <B x>', '    c', 'd', '<F>']);
    expect(tree.diagnostics.map((diagnostic) => diagnostic.message)).toEqual([
      'Expected </B> but saw </A>',
      '</E> without matching <E> section',
      '<F> was not closed.',
    ]);
  });

  test('is not limited in depth', () => {
    const depth = 100_000;
    const tree = parseSyntaxTree(0, `${'<a>\n'.repeat(depth)}${'</a>\n'.repeat(depth)}`);
    expect(tree.diagnostics).toEqual([]);
  });

  test('comes back from its own lines', () => {
    const word = fc.string({
      unit: fc.constantFrom('a', 'b', ' ', '"', '\\', '$', '{', '}', '#', "'"),
      minLength: 1,
      maxLength: 6,
    });
    const node = fc.letrec<{ node: string[] }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc
          .tuple(fc.constantFrom('SetEnv', 'Foo'), fc.array(word, { maxLength: 3 }))
          .map(([name, args]) => [[name, ...args.map(quote)].join(' ')]),
        fc
          .tuple(fc.constantFrom('Directory', 'IfModule'), word, fc.array(tie('node'), { maxLength: 3 }))
          .map(([name, arg, children]) => [`<${name} ${quote(arg)}>`, ...children.flat(), `</${name}>`]),
      ),
    })).node;
    fc.assert(
      fc.property(fc.array(node, { maxLength: 5 }), (nodes) => {
        const printed = `${nodes.flat().join('\n')}\n`;
        const tree = parseSyntaxTree(0, printed);
        expect(tree.diagnostics).toEqual([]);
        expect(print(tree.nodes)).toBe(printed === '\n' ? '' : printed);
      }),
    );
  });
});

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function print(nodes: readonly SyntaxNode[]): string {
  return nodes
    .map((node) => {
      if (node.kind === 'comment') return `${node.text}\n`;
      const words = [node.name.text, ...node.args.map((word) => quote(word.text))].join(' ');
      return node.kind === 'directive'
        ? `${words}\n`
        : `<${words}>\n${print(node.children)}</${node.name.text}>\n`;
    })
    .join('');
}
