import type { OverrideClass } from '../../../grammar/catalogue/types.ts';
import type { HtaccessOverrides } from '../../pipeline/server.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';
import type { BindContext } from '../module.ts';
import { optionBits } from './options.ts';

/** `AllowOverride` classes as bits. */
export const OVERRIDE_BITS: Readonly<Record<OverrideClass, number>> = {
  AuthConfig: 1,
  FileInfo: 2,
  Indexes: 4,
  Limit: 8,
  Options: 16,
};
export const ALL_OVERRIDES = 31;

export const NO_OVERRIDES: HtaccessOverrides = {
  classes: 0,
  options: undefined,
  list: undefined,
  nonfatalOverride: false,
  nonfatalUnknown: false,
};

const CLASS_OF: ReadonlyMap<string, number> = new Map([
  ['limit', OVERRIDE_BITS.Limit],
  ['fileinfo', OVERRIDE_BITS.FileInfo],
  ['indexes', OVERRIDE_BITS.Indexes],
  ['authconfig', OVERRIDE_BITS.AuthConfig],
  ['none', 0],
  ['all', ALL_OVERRIDES],
]);

/** Options that the bare word `Options` allows. @source httpd include/http_core.h `OPT_ALL` */
const BARE_OPTIONS: readonly string[] = [
  'all',
  'indexes',
  'includes',
  'includesnoexec',
  'followsymlinks',
  'execcgi',
];

interface Draft {
  classes: number;
  options: readonly string[] | undefined;
  nonfatalOverride: boolean;
  nonfatalUnknown: boolean;
}

/** The overrides that one `AllowOverride` line grants; undefined when a word is wrong (reported). */
export function bindAllowOverride(ctx: BindContext, node: DirectiveNode): HtaccessOverrides | undefined {
  const draft: Draft = { classes: 0, options: undefined, nonfatalOverride: false, nonfatalUnknown: false };
  for (const word of node.args) {
    const [name = '', value] = splitOnce(word.text);
    const lower = name.toLowerCase();
    if (lower === 'options') {
      draft.classes |= OVERRIDE_BITS.Options;
      if (value === undefined || value === '') {
        draft.options = BARE_OPTIONS;
        continue;
      }
      const named = value.split(',');
      const illegal = named.find((option) => optionBits(option.toLowerCase()) === undefined);
      if (illegal !== undefined) return ctx.error(word, `Illegal option ${illegal}`);
      draft.options = named.map((option) => option.toLowerCase());
      continue;
    }
    if (lower === 'nonfatal') {
      const what = value?.toLowerCase();
      if (what !== 'override' && what !== 'unknown' && what !== 'all') {
        return ctx.error(word, '=Override, =Unknown or =All expected after Nonfatal');
      }
      draft.nonfatalOverride ||= what !== 'unknown';
      draft.nonfatalUnknown ||= what !== 'override';
      continue;
    }
    const bits = CLASS_OF.get(lower);
    if (bits === undefined) return ctx.error(word, `Illegal override option ${name}`);
    if (bits === 0) draft.classes = 0;
    else draft.classes |= bits;
  }
  return { ...draft, list: undefined };
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
