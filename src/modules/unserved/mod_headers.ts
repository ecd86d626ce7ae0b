import { modHeaders as catalogue } from '../../../grammar/catalogue/mod_headers.ts';
import type { DirectiveNode, SectionNode, Word } from '../../syntax/tree.ts';
import { defineModule, type BindContext } from '../module.ts';

const ACTIONS: ReadonlySet<string> = new Set([
  'add', 'set', 'setifempty', 'append', 'merge', 'unset', 'echo', 'note', 'edit', 'edit*',
]); // prettier-ignore

const ACTION_MESSAGE =
  "first argument must be 'add', 'set', 'setifempty', 'append', 'merge', 'unset', 'echo', 'note', 'edit', or 'edit*'.";

/** Checks the `%` tags of a value. @source httpd modules/metadata/mod_headers.c `parse_format_tag` */
function checkFormat(ctx: BindContext, value: Word): void {
  for (const [, tag = '', letter = ''] of value.text.matchAll(/%(\{[^}]*\}?)?([^]?)/g)) {
    const isOpen = tag !== '' && !tag.endsWith('}');
    if (isOpen || (letter === '' && tag !== '')) {
      ctx.error(value, 'Unrecognized header format %');
      return;
    }
    if (letter !== '' && !'tDeslib%'.includes(letter)) {
      ctx.error(value, `Unrecognized header format %${letter}`);
      return;
    }
  }
}

function checkValue(ctx: BindContext, value: Word): void {
  if (/^expr=./is.test(value.text)) {
    ctx.expr(
      { ...value, text: value.text.slice('expr='.length) },
      'string',
      "Can't parse value expression : ",
    );
  } else {
    checkFormat(ctx, value);
  }
}

/** The word after all others: `early`, `env=…` or `expr=…`. */
function checkCondition(ctx: BindContext, condition: Word): void {
  const text = condition.text;
  if (/^early$/i.test(text)) return;
  if (/^env=/i.test(text)) {
    if (/^env=!?$/i.test(text)) {
      ctx.error(
        condition,
        'error: missing environment variable name. envclause should be in the form env=envar ',
      );
    }
  } else if (/^expr=/i.test(text)) {
    const word = { ...condition, text: text.slice('expr='.length) };
    ctx.expr(word, 'boolean', "Can't parse envclause/expression: ");
  } else {
    ctx.error(condition, `Unknown parameter: ${text}`);
  }
}

/** @source httpd modules/metadata/mod_headers.c `header_cmd`, `header_inout_cmd` */
function bindHeader(ctx: BindContext, node: DirectiveNode): void {
  const isRequest = node.name.text.toLowerCase() === 'requestheader';
  const words = [...node.args];
  if (!isRequest && /^(?:always|onsuccess)$/i.test(words[0]?.text ?? '')) words.shift();
  const [actionWord, name, ...rest] = words;
  const action = actionWord?.text.toLowerCase() ?? '';
  if (!ACTIONS.has(action)) return ctx.error(actionWord ?? node, ACTION_MESSAGE);
  if (isRequest && action === 'echo')
    return ctx.error(actionWord!, 'Header echo only valid on Header directives');
  if (isRequest && action === 'note')
    return ctx.error(actionWord!, "RequestHeader does not support the 'note' action");
  if (action === 'echo' && name && !ctx.regex(name, { message: 'Header echo regex could not be compiled' }))
    return;

  const takesValue = action !== 'unset' && action !== 'echo';
  const isEdit = action === 'edit' || action === 'edit*';
  if (action === 'unset' && rest.length > 1) return ctx.error(rest[0]!, 'header unset takes two arguments');
  const values = takesValue ? rest.splice(0, isEdit ? 2 : 1) : [];
  if (isEdit && values.length < 2) return ctx.error(node, 'Header edit requires a match and a substitution');
  if (takesValue && values.length === 0) return ctx.error(node, 'Header requires three arguments');
  if (isEdit && !ctx.regex(values[0]!, { message: 'Header edit regex could not be compiled' })) return;
  if (rest.length > 1) return ctx.error(rest[1]!, 'Too many arguments to directive');
  if (rest[0]) checkCondition(ctx, rest[0]);
  const value = values.at(-1);
  if (value) checkValue(ctx, value);
}

/**
 * Whether a line takes a header away that a client may have forged. `Proxy`, which no application is ever handed,
 * does not count.
 */
function isProtective(node: DirectiveNode | SectionNode): boolean {
  const [action, name] = node.args;
  return action?.text.toLowerCase() === 'unset' && !/^proxy:?$/i.test(name?.text ?? '');
}

/** Header edits, of which only the lines are checked. */
export const modHeaders = defineModule(catalogue, {
  directives: {
    Header: { notServed: 'Response headers are not edited.', bind: bindHeader },
    RequestHeader: {
      notServed: 'Request headers are not edited before the application sees them.',
      matters: (node) => !/^unset[ \t]+proxy:?(?:[ \t]|$)/i.test(node.argsText),
      security: isProtective,
      bind: bindHeader,
    },
  },
});
