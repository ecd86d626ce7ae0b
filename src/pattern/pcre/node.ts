import type { ByteSet } from './byte-set.ts';

/**
 * A parsed PCRE2 pattern. Case, `.` and the anchors are already resolved by the options in force where they
 * stand, so that nothing below depends on options.
 */
export type PcreNode =
  | { readonly type: 'empty' }
  | { readonly type: 'byte'; readonly byte: number }
  | { readonly type: 'set'; readonly set: ByteSet }
  | { readonly type: 'assert'; readonly at: Anchor }
  | { readonly type: 'sequence'; readonly items: readonly PcreNode[] }
  | { readonly type: 'choice'; readonly options: readonly PcreNode[] }
  | { readonly type: 'group'; readonly body: PcreNode }
  | CaptureNode
  | { readonly type: 'atomic'; readonly body: PcreNode }
  | LookNode
  | RepeatNode
  | BackreferenceNode
  | { readonly type: 'keep' };

export type Anchor =
  'start' | 'end' | 'endOrFinalNewline' | 'lineStart' | 'lineEnd' | 'wordBoundary' | 'notWordBoundary';

export interface CaptureNode {
  readonly type: 'capture';
  readonly index: number;
  readonly body: PcreNode;
  /** Where it stands in the pattern. */
  readonly start: number;
  readonly end: number;
}

export interface LookNode {
  readonly type: 'look';
  readonly behind: boolean;
  readonly negative: boolean;
  /** The alternatives; each of a lookbehind has one fixed length. */
  readonly options: readonly PcreNode[];
  /** Lengths in bytes of the alternatives of a lookbehind. */
  readonly lengths: readonly number[];
}

export interface RepeatNode {
  readonly type: 'repeat';
  readonly body: PcreNode;
  /** As written; an assertion is tried at most once all the same. */
  readonly min: number;
  /** `Infinity` when unbounded. */
  readonly max: number;
  readonly mode: 'greedy' | 'lazy' | 'possessive';
}

export interface BackreferenceNode {
  readonly type: 'backreference';
  /** Several when the name is shared: the first that is set counts. */
  readonly groups: readonly number[];
  readonly caseless: boolean;
  /** Where it stands in the pattern. */
  readonly offset: number;
}

/** What stops a pattern: PCRE2 refuses it, or it does what no matcher of ours carries. */
export class PcreSyntaxError extends Error {
  override readonly name = 'PcreSyntaxError';
  readonly offset: number;
  readonly reason: 'invalid' | 'unsupported';

  constructor(message: string, offset: number, reason: 'invalid' | 'unsupported' = 'invalid') {
    super(message);
    this.offset = offset;
    this.reason = reason;
  }
}

/** Whether the node can match without consuming a byte. */
export function canBeEmpty(node: PcreNode): boolean {
  switch (node.type) {
    case 'byte':
    case 'set':
      return false;
    case 'empty':
    case 'assert':
    case 'look':
    case 'keep':
    case 'backreference':
      return true;
    case 'sequence':
      return node.items.every(canBeEmpty);
    case 'choice':
      return node.options.some(canBeEmpty);
    case 'group':
    case 'capture':
    case 'atomic':
      return canBeEmpty(node.body);
    case 'repeat':
      return node.min === 0 || canBeEmpty(node.body);
  }
}

/** The direct children of a node. */
export function childrenOf(node: PcreNode): readonly PcreNode[] {
  switch (node.type) {
    case 'sequence':
      return node.items;
    case 'choice':
    case 'look':
      return node.options;
    case 'group':
    case 'capture':
    case 'atomic':
    case 'repeat':
      return [node.body];
    case 'empty':
    case 'byte':
    case 'set':
    case 'assert':
    case 'backreference':
    case 'keep':
      return [];
  }
}

/** Numbers of the capture groups in the order in which they open. */
export function captureIndexes(node: PcreNode): readonly number[] {
  const inner = childrenOf(node).flatMap(captureIndexes);
  return node.type === 'capture' ? [node.index, ...inner] : inner;
}
