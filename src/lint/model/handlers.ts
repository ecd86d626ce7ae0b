import type { Word } from '../../syntax/tree.ts';
import { isKnownText, parseUrl } from './backend-url.ts';
import type { HandlerLine, PlacedDirective } from './model.ts';
import type { Placed } from './place.ts';

/** Lines that choose a handler: SetHandler, AddHandler, Action, and RewriteRule with `[P]` or `[H=…]`. */
export function readHandlers(placed: Placed): HandlerLine[] {
  return placed.directives.flatMap((at) => {
    switch (at.name) {
      case 'SetHandler':
        return handlerLine('SetHandler', at, at.node.args[0]);
      case 'AddHandler':
        return handlerLine('AddHandler', at, at.node.args[0]);
      case 'Action':
        return handlerLine('Action', at, at.node.args[0]);
      case 'RewriteRule':
        return rewriteHandler(at);
      default:
        return [];
    }
  });
}

function handlerLine(by: HandlerLine['by'], at: PlacedDirective, word: Word | undefined): HandlerLine[] {
  if (!word) return [];
  const isProxy = /^proxy:/i.test(word.text);
  const url = isProxy ? parseUrl(word.text.slice(6)) : undefined;
  return [{ by, handler: { text: word.text, isKnown: isKnownText(word.text) }, word, url, at }];
}

/** Flags of a RewriteRule, upper case, without brackets. */
export function rewriteFlags(at: PlacedDirective): string[] {
  const flags = at.node.args[2]?.text ?? '';
  return /^\[.*\]$/.test(flags)
    ? flags
        .slice(1, -1)
        .split(',')
        .map((flag) => flag.trim())
    : [];
}

function rewriteHandler(at: PlacedDirective): HandlerLine[] {
  const target = at.node.args[1];
  if (!target) return [];
  const flags = rewriteFlags(at);
  if (flags.some((flag) => /^(P|proxy)$/i.test(flag))) {
    return [
      {
        by: 'RewriteRule',
        handler: { text: target.text, isKnown: isKnownText(target.text) },
        word: target,
        url: parseUrl(target.text),
        at,
      },
    ];
  }
  const handler = flags
    .map((flag) => /^(?:H|handler)=(.*)$/i.exec(flag)?.[1])
    .find((value) => value !== undefined);
  if (handler === undefined) return [];
  const url = /^proxy:/i.test(handler) ? parseUrl(handler.slice(6)) : undefined;
  return [
    {
      by: 'RewriteRule',
      handler: { text: handler, isKnown: isKnownText(handler) },
      word: at.node.args[2]!,
      url,
      at,
    },
  ];
}
