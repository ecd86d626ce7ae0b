import { parseSubnet } from '../../pattern/subnet.ts';
import type { DirectiveNode, Word } from '../../syntax/tree.ts';
import { eachWord } from '../arguments.ts';
import { atoi, firstArg, isForbidden } from '../core/bind-checks.ts';
import type { BindContext } from '../module.ts';
import type { Check } from './unserved.ts';
import { statOf } from '../../source/stat.ts';

/** What a check gives when it reported something. */
export const REPORTED = true;

/** A message, with `{}` for the word it is about. */
type Message = string;

function say(message: Message, word: Word): string {
  return message.replace('{}', () => word.text);
}

/** Reports, and says so. */
export function refuse(ctx: BindContext, at: Word | DirectiveNode, message: string): typeof REPORTED {
  ctx.error(at, message);
  return REPORTED;
}

function wordAt(node: DirectiveNode, index: number): Word | undefined {
  return node.args[index];
}

/** Every check must agree; the first that reports ends it. */
export function all(...checks: readonly Check[]): Check {
  return (ctx, node) => checks.some((check) => check(ctx, node) === REPORTED);
}

/** The first word must be one of these, in any case. */
export function oneOf(message: Message, ...words: readonly string[]): Check {
  return (ctx, node) => {
    const word = firstArg(node);
    return !words.includes(word.text.toLowerCase()) && refuse(ctx, word, say(message, word));
  };
}

/** The first word must match. */
export function matching(pattern: RegExp, message: Message): Check {
  return (ctx, node) => {
    const word = firstArg(node);
    return !pattern.test(word.text) && refuse(ctx, word, say(message, word));
  };
}

/** Every word must match. */
export function eachMatching(pattern: RegExp, message: Message): Check {
  return (ctx, node) => {
    const bad = eachWord(node).find((word) => !pattern.test(word.text));
    return bad && refuse(ctx, bad, say(message, bad));
  };
}

/** The first word as C's atoi reads it, which takes anything for a number, must be in a range. */
export function number(message: Message, min: number, max = Infinity): Check {
  return (ctx, node) => {
    const word = firstArg(node);
    const value = atoi(word.text);
    return (value < min || value > max) && refuse(ctx, word, say(message, word));
  };
}

/** The first word must be digits alone. */
export function digits(message: Message): Check {
  return matching(/^[0-9]+$/, message);
}

/** The first word must be a time: a number with `s`, `ms`, `mi` or `h` after it. */
export function time(message: Message, allowNegative = false): Check {
  return matching(allowNegative ? /^[+-]?[0-9]*(?:$|[sh]|ms|mi)/i : /^\+?[0-9]*(?:$|[sh]|ms|mi)/i, message);
}

/** A word must be a string expression. */
export function expression(index: number, message: Message): Check {
  return (ctx, node) => {
    const word = wordAt(node, index);
    return word !== undefined && ctx.expr(word, 'string', say(message, word)) === undefined;
  };
}

/** A word must be a regular expression. */
export function pattern(index: number, message: Message): Check {
  return (ctx, node) => {
    const word = wordAt(node, index);
    return word !== undefined && ctx.regex(word, { message: say(message, word) }) === undefined;
  };
}

/** The first word must name a file with something in it. */
export function file(): Check {
  return (ctx, node) => {
    const word = firstArg(node);
    if (!ctx.mayTouchDisk || word.text.startsWith('pkcs11:')) return false;
    const path = ctx.serverRootRelative(word.text);
    const found = statOf(path);
    return (
      (!found?.isFile() || found.size === 0) &&
      refuse(ctx, word, `${node.name.text}: file '${path}' does not exist or is empty`)
    );
  };
}

/** The first word must name a directory. */
export function directory(): Check {
  return (ctx, node) => {
    const word = firstArg(node);
    if (!ctx.mayTouchDisk) return false;
    const path = ctx.serverRootRelative(word.text);
    return (
      !statOf(path)?.isDirectory() &&
      refuse(ctx, word, `${node.name.text}: directory '${path}' does not exist`)
    );
  };
}

/** The first word must name a file that can be opened. */
export function readableFile(): Check {
  return (ctx, node) => {
    const word = firstArg(node);
    if (!ctx.mayTouchDisk) return false;
    const path = ctx.serverRootRelative(word.text);
    return (
      !statOf(path)?.isFile() &&
      refuse(ctx, word, `${node.name.text}: Could not open file ${path}: No such file or directory`)
    );
  };
}

/** Every word must be an address or a network. */
export function subnets(message: Message): Check {
  return (ctx, node) => {
    const bad = eachWord(node).find((word) => !parseSubnet(word.text).ok);
    return bad && refuse(ctx, bad, say(message, bad));
  };
}

/** The line may stand in the main server only. */
export const globalOnly: Check = (ctx, node) => isForbidden(ctx, node, 'globalOnly');

/** The line is refused wherever it stands. */
export function never(message: string): Check {
  return (ctx, node) => refuse(ctx, node, message);
}

/** The second word, if there is one, must be one of these. */
export function optionalSecond(message: Message, ...words: readonly string[]): Check {
  return (ctx, node) => {
    const word = wordAt(node, 1);
    return word && !words.includes(word.text.toLowerCase()) && refuse(ctx, word, say(message, word));
  };
}
