import { nextWord } from '../syntax/words.ts';
import { type LoadContext, report, serverRootRelative } from './context.ts';
import type { OnReadCall, OnReadOutcome } from './on-read.ts';
import { skipSection } from './skip-section.ts';

export function openIfModule(ctx: LoadContext, call: OnReadCall): OnReadOutcome {
  return openCondition(ctx, call, (name) => ctx.modules.has(name));
}

export function openIfDefine(ctx: LoadContext, call: OnReadCall): OnReadOutcome {
  return openCondition(ctx, call, (name) => ctx.flags.has(name));
}

export function openIfFile(ctx: LoadContext, call: OnReadCall): OnReadOutcome {
  return openCondition(ctx, call, (path) => ctx.files.kind(serverRootRelative(ctx, path)) !== undefined);
}

export function openIfDirective(ctx: LoadContext, call: OnReadCall): OnReadOutcome {
  return openCondition(ctx, call, (name) => ctx.modules.provides(name));
}

export function openIfSection(ctx: LoadContext, call: OnReadCall): OnReadOutcome {
  return openCondition(ctx, call, (name) => ctx.modules.provides(`<${name}`));
}

/** One word, with an optional `!` before it and outside its quotes; more words are ignored. */
function openCondition(
  ctx: LoadContext,
  call: OnReadCall,
  test: (argument: string) => boolean,
): OnReadOutcome {
  const { node, row } = call;
  if (node.kind === 'section' && !node.hasBracket && node.argsText !== '') {
    report(ctx, 'syntax/missing-bracket', `${row.name}> directive missing closing '>'`, node.name.span);
    return undefined;
  }
  const isNegated = node.argsText.startsWith('!');
  const word = nextWord(node.argsText, isNegated ? 1 : 0);
  if (word === undefined || word.text === '') {
    report(
      ctx,
      'syntax/missing-argument',
      `${row.name}> directive requires additional arguments`,
      node.name.span,
    );
    return undefined;
  }
  return takeBranch(ctx, call, test(word.text) !== isNegated);
}

/** Enters the section when its condition holds, else skips it. */
export function takeBranch(ctx: LoadContext, call: OnReadCall, holds: boolean): OnReadOutcome {
  if (holds) return 'enter';
  skipSection(ctx, call.reader, call.row.name, call.node.span);
  return undefined;
}
