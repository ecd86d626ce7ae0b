import type { DirectiveNode, Word } from '../../syntax/tree.ts';
import { eachWord } from '../arguments.ts';
import { firstArg, flag, isForbidden } from '../core/bind-checks.ts';
import type { BindContext, ServedDirective, UnservedDirective } from '../module.ts';
import { unservedHandlerOf } from '../unserved/handlers.ts';
import {
  extensionInfo,
  type ExtensionField,
  type MimeDirConfig,
  type MimeServerConfig,
  type MultiviewsMatch,
} from './config.ts';

type Served<V> = ServedDirective<MimeServerConfig, MimeDirConfig, V>;

/** An extension as it is looked up: lower case, without a leading dot. */
function extensionName(word: Word): string {
  const name = word.text.toLowerCase();
  return name.startsWith('.') ? name.slice(1) : name;
}

interface Addition {
  readonly value: string;
  readonly extensions: readonly string[];
}

/** `AddType value ext…` and its kin; the value is taken in lower case. */
function add(field: ExtensionField): Served<Addition> {
  return {
    bind: (_ctx, node) => {
      const [value, ...extensions] = eachWord(node);
      return value && { value: value.text.toLowerCase(), extensions: extensions.map(extensionName) };
    },
    apply: ({ dir }, { value, extensions }) => {
      for (const extension of extensions) extensionInfo(dir, extension)[field] = value;
    },
    // Where no handler is set, the media type is the handler's name.
    ...((field === 'handler' || field === 'type') && { unserved: unservedHandlerOf }),
  };
}

function bindExtensions(_ctx: BindContext, node: DirectiveNode): readonly string[] {
  return eachWord(node).map(extensionName);
}

function remove(field: ExtensionField): Served<readonly string[]> {
  return {
    bind: bindExtensions,
    apply: ({ dir }, extensions) => {
      for (const extension of extensions) dir.removed.push({ field, extension });
    },
  };
}

/** Unlike the others it takes effect at its place in the order of lines, and on the types file. */
const removeType: Served<readonly string[]> = {
  bind: bindExtensions,
  apply: ({ dir }, extensions) => {
    for (const extension of extensions) extensionInfo(dir, extension).type = '';
  },
};

/** @source httpd modules/http/mod_mime.c `multiviews_match` */
function bindMultiviewsMatch(ctx: BindContext, node: DirectiveNode): MultiviewsMatch | undefined {
  if (isForbidden(ctx, node, ['location'])) return undefined;
  const seen = { any: false, handlers: false, filters: false, negotiatedOnly: false };
  for (const word of eachWord(node)) {
    switch (word.text.toLowerCase()) {
      case 'any':
        if (seen.negotiatedOnly || seen.handlers || seen.filters) {
          return ctx.error(word, 'Any is incompatible with NegotiatedOnly, Filters and Handlers');
        }
        seen.any = true;
        break;
      case 'negotiatedonly':
        if (seen.any || seen.handlers || seen.filters) {
          return ctx.error(word, 'NegotiatedOnly is incompatible with Any, Filters and Handlers');
        }
        seen.negotiatedOnly = true;
        break;
      case 'filters':
        if (seen.any || seen.negotiatedOnly) {
          return ctx.error(word, 'Filters is incompatible with Any and NegotiatedOnly');
        }
        seen.filters = true;
        break;
      case 'handlers':
        if (seen.any || seen.negotiatedOnly) {
          return ctx.error(word, 'Handlers is incompatible with Any and NegotiatedOnly');
        }
        seen.handlers = true;
        break;
      default:
        return ctx.error(word, `Unrecognized option '${word.text}'`);
    }
  }
  return seen;
}

const filtersNotServed: UnservedDirective = { notServed: 'Bodies of such files pass no filter.' };

export const mimeDirectives = {
  AddType: add('type'),
  AddCharset: add('charset'),
  AddLanguage: add('language'),
  AddEncoding: add('encoding'),
  AddHandler: add('handler'),
  AddInputFilter: filtersNotServed,
  AddOutputFilter: filtersNotServed,
  RemoveType: removeType,
  RemoveCharset: remove('charset'),
  RemoveLanguage: remove('language'),
  RemoveEncoding: remove('encoding'),
  RemoveHandler: remove('handler'),
  RemoveInputFilter: { accepted: 'No filter is tied to an extension.' },
  RemoveOutputFilter: { accepted: 'No filter is tied to an extension.' },
  DefaultLanguage: {
    bind: (_ctx, node) => firstArg(node).text,
    apply: ({ dir }, language) => {
      dir.defaultLanguage = language;
    },
  } satisfies Served<string>,
  ModMimeUsePathInfo: {
    bind: (_ctx, node) => flag(node),
    apply: ({ dir }, isOn) => {
      dir.usePathInfo = isOn;
    },
  } satisfies Served<boolean>,
  MultiviewsMatch: {
    bind: bindMultiviewsMatch,
    apply: ({ dir }, match) => {
      dir.multiviewsMatch = match;
    },
  } satisfies Served<MultiviewsMatch>,
  TypesConfig: {
    bind: (ctx, node) => ctx.serverRootRelative(firstArg(node).text),
    apply: ({ server }, path, { span }) => {
      server.typesConfig = { path, span };
    },
  } satisfies Served<string>,
};
