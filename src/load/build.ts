import type { SourceFile, Span } from '../source/source.ts';
import { lineNode, type CloseTag, type OpenableSection } from '../syntax/line-node.ts';
import type { LogicalLine } from '../syntax/mapped-text.ts';
import type { ConfigNode, DirectiveNode } from '../syntax/tree.ts';
import { type LoadContext, report, stop } from './context.ts';
import { expandVariables } from './expand.ts';
import { LineReader } from './line-reader.ts';
import { findOnRead } from './on-read.ts';

/** Sections within sections, over all files: what comes after walks the tree by recursion. httpd has no limit but its stack. */
const MAX_DEPTH = 512;

/** A section that is being filled, or a condition that holds: its lines go to what encloses it. */
type Frame =
  | { readonly kind: 'section'; readonly node: OpenableSection; readonly key: string; hasWrongClose?: true }
  | { readonly kind: 'condition'; readonly closeTag: string; readonly opener: Span };

/**
 * Reads one file, appending its nodes to `into`. Sections must balance within the file.
 *
 * httpd stops at the first problem; here each is reported, and reading goes on with the likeliest meaning: a close tag
 * ends the nearest open section of its name, and one without any is left out.
 *
 * @source httpd server/config.c, `ap_build_config`, `ap_build_config_sub`, `ap_build_cont_config`
 */
export function readFileInto(ctx: LoadContext, file: SourceFile, into: ConfigNode[]): void {
  const reader = new LineReader(ctx, file);
  const frames: Frame[] = [];
  const outerDepth = ctx.depth;
  for (let line = reader.next(); line !== undefined; line = reader.next()) {
    const { text } = line;
    if (text === '' || text[0] === '#') continue;
    const top = frames.at(-1);
    // the line that ends a condition is compared before anything in it is expanded, and must hold nothing else
    if (top?.kind === 'condition' && text.startsWith('</') && text.slice(2).toLowerCase() === top.closeTag) {
      frames.pop();
      continue;
    }
    readLine(ctx, reader, frames, expandVariables(ctx, line), into);
    ctx.depth = outerDepth + frames.length;
    if (ctx.depth > MAX_DEPTH && !ctx.isStopped) {
      report(ctx, 'syntax/nested-too-deeply', `More than ${MAX_DEPTH} sections within each other`, line.span);
      stop(ctx);
    }
  }
  ctx.depth = outerDepth;
  if (!ctx.isStopped) reportUnclosed(ctx, frames);
}

function readLine(
  ctx: LoadContext,
  reader: LineReader,
  frames: Frame[],
  line: LogicalLine,
  into: ConfigNode[],
): void {
  const node = lineNode(line);
  if (node === undefined) return;
  if (node.kind === 'close') {
    closeSection(ctx, frames, node);
    return;
  }
  const children = enclosing(frames)?.node.children ?? into;
  const onRead = findOnRead(ctx, node);
  if (onRead !== undefined) {
    const condition = onRead.run(ctx, { row: onRead.row, node, line, reader, children });
    if (condition === 'enter') {
      frames.push({
        kind: 'condition',
        closeTag: `${onRead.row.name.slice(1).toLowerCase()}>`,
        opener: node.span,
      });
    }
    return;
  }
  children.push(node satisfies DirectiveNode | OpenableSection);
  if (node.kind === 'section') frames.push({ kind: 'section', node, key: node.name.text.toLowerCase() });
}

function closeSection(ctx: LoadContext, frames: Frame[], tag: CloseTag): void {
  const top = frames.at(-1);
  const name = tag.name.text;
  const { span } = tag.name;
  if (top?.kind !== 'section') {
    const end = tag.hasBracket ? '>' : '';
    report(ctx, 'syntax/close-without-open', `</${name}${end} without matching <${name}${end} section`, span);
    return;
  }
  const key = name.toLowerCase();
  if (!tag.hasBracket) {
    report(ctx, 'syntax/close-missing-bracket', `</${name}> directive missing closing '>'`, span);
  } else if (top.key !== key && !top.hasWrongClose) {
    // one wrong name is one mistake: what follows from it is not reported again
    top.hasWrongClose = true;
    report(ctx, 'syntax/wrong-close-tag', `Expected </${top.node.name.text}> but saw </${name}>`, span, {
      related: [{ message: `<${top.node.name.text}> is opened here`, span: top.node.name.span }],
    });
  }
  for (let depth = frames.length - 1; depth >= 0; depth--) {
    const frame = frames[depth]!;
    if (frame.kind === 'condition') return;
    if (frame.key !== key) continue;
    frame.node.close = span;
    frames.length = depth;
    return;
  }
}

/**
 * httpd reports the sections outside every condition, and forgets those inside one together with the condition
 * itself. The outermost comes first, since that is the line httpd names.
 */
function reportUnclosed(ctx: LoadContext, frames: readonly Frame[]): void {
  const condition = frames.findIndex((frame) => frame.kind === 'condition');
  frames.forEach((frame, depth) => {
    if (frame.kind === 'section') {
      if (frame.hasWrongClose) return;
      const severity = condition >= 0 && depth > condition ? 'warning' : 'error';
      report(
        ctx,
        'syntax/section-not-closed',
        `<${frame.node.name.text}> was not closed.`,
        frame.node.name.span,
        { severity },
      );
    } else {
      const name = frame.closeTag.slice(0, -1);
      report(ctx, 'load/condition-not-closed', `The condition has no </${name}>`, frame.opener, {
        help: 'httpd takes the end of the file for the end of the condition',
      });
    }
  });
}

function enclosing(frames: readonly Frame[]): Extract<Frame, { kind: 'section' }> | undefined {
  for (let depth = frames.length - 1; depth >= 0; depth--) {
    const frame = frames[depth]!;
    if (frame.kind === 'section') return frame;
  }
  return undefined;
}
