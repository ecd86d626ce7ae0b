import type { LineCst } from '../../grammar/config/index.ts';
import { parseConfigText } from '../../grammar/config/index.ts';
import { logicalLineEnd } from '../../grammar/config/logical-line.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { FileId, Span } from '../source/source.ts';
import { lineNode } from './line-node.ts';
import { joinLine } from './mapped-text.ts';
import type { DirectiveNode, SectionNode } from './tree.ts';

export interface CommentNode {
  readonly kind: 'comment';
  /** From its `#` on, continuations joined. */
  readonly text: string;
  readonly span: Span;
}

export type SyntaxSection = Omit<SectionNode, 'children'> & { readonly children: readonly SyntaxNode[] };
/** A node of one file as written: nothing included, expanded or left out. */
export type SyntaxNode = DirectiveNode | SyntaxSection | CommentNode;

export interface SyntaxTree {
  readonly nodes: readonly SyntaxNode[];
  /** What is structurally wrong in the file taken by itself. */
  readonly diagnostics: readonly Diagnostic[];
}

interface OpenSection {
  readonly node: SyntaxSection & { children: SyntaxNode[]; close?: Span };
  readonly key: string;
}

/**
 * The nested tree of one file, recovered where sections do not match: a close tag ends the nearest open section of
 * its name, and one without any is left out.
 */
export function parseSyntaxTree(file: FileId, text: string): SyntaxTree {
  const nodes: SyntaxNode[] = [];
  const diagnostics: Diagnostic[] = [];
  const open: OpenSection[] = [];
  const add = (node: SyntaxNode) => (open.at(-1)?.node.children ?? nodes).push(node);

  for (const { children: line } of parseConfigText(text).children.line ?? []) {
    const start = lineStart(line);
    const mapped = joinLine(file, text, start, logicalLineEnd(text, start));
    if (line.Comment !== undefined) {
      add({ kind: 'comment', text: mapped.text, span: mapped.span });
      continue;
    }
    const node = lineNode(mapped);
    if (node === undefined) continue;
    if (node.kind === 'close') {
      closeSection(open, node.name.text, node.name.span, diagnostics);
    } else {
      add(node);
      if (node.kind === 'section') {
        const section = node as OpenSection['node'];
        open.push({ node: section, key: section.name.text.toLowerCase() });
      }
    }
  }
  for (const { node } of open) {
    diagnostics.push({
      code: 'syntax/section-not-closed',
      severity: 'error',
      message: `<${node.name.text}> was not closed.`,
      span: node.name.span,
    });
  }
  return { nodes, diagnostics };
}

function lineStart(line: LineCst['children']): number {
  const token = line.Comment ?? line.SectionClose ?? line.SectionOpen ?? line.DirectiveName;
  return token![0]!.startOffset;
}

function closeSection(open: OpenSection[], name: string, span: Span, diagnostics: Diagnostic[]): void {
  const key = name.toLowerCase();
  const depth = open.findLastIndex((section) => section.key === key);
  const top = open.at(-1);
  if (top !== undefined && top.key !== key) {
    diagnostics.push({
      code: 'syntax/wrong-close-tag',
      severity: 'error',
      message: `Expected </${top.node.name.text}> but saw </${name}>`,
      span,
      related: [{ message: `<${top.node.name.text}> is opened here`, span: top.node.name.span }],
    });
  } else if (top === undefined) {
    diagnostics.push({
      code: 'syntax/close-without-open',
      severity: 'error',
      message: `</${name}> without matching <${name}> section`,
      span,
    });
  }
  if (depth < 0) return;
  open[depth]!.node.close = span;
  open.length = depth;
}
