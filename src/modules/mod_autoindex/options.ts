import { diagnostic } from '../../diagnostics/codes.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';
import { atoi } from '../core/bind-checks.ts';
import type { BindContext, ServedDirective } from '../module.ts';
import {
  DEFAULT_COLUMN_WIDTH,
  INDEX_OPTION,
  NO_BITS,
  type AutoindexDirConfig,
  type ColumnWidth,
} from './config.ts';

/** Size of the icons that come with httpd, in pixels. */
const DEFAULT_ICON = { iconWidth: 20, iconHeight: 22 } as const;

const FLAGS: ReadonlyMap<string, number> = new Map([
  ['fancyindexing', INDEX_OPTION.fancy],
  ['foldersfirst', INDEX_OPTION.foldersFirst],
  ['htmltable', INDEX_OPTION.table],
  ['iconsarelinks', INDEX_OPTION.iconsAreLinks],
  ['ignorecase', INDEX_OPTION.ignoreCase],
  ['ignoreclient', INDEX_OPTION.ignoreClient],
  ['scanhtmltitles', INDEX_OPTION.scanHtmlTitles],
  ['suppresscolumnsorting', INDEX_OPTION.suppressColumnSorting],
  ['suppressdescription', INDEX_OPTION.suppressDescription],
  ['suppresshtmlpreamble', INDEX_OPTION.suppressPreamble],
  ['suppressicon', INDEX_OPTION.suppressIcon],
  ['suppresslastmodified', INDEX_OPTION.suppressLastModified],
  ['suppresssize', INDEX_OPTION.suppressSize],
  ['suppressrules', INDEX_OPTION.suppressRules],
  ['trackmodified', INDEX_OPTION.trackModified],
  ['versionsort', INDEX_OPTION.versionSort],
  ['xhtml', INDEX_OPTION.xhtml],
  ['showforbidden', INDEX_OPTION.showForbidden],
  ['addaltclass', INDEX_OPTION.addAltClass],
]);

/** One word of `IndexOptions`. */
export interface IndexOption {
  readonly sign: '' | '+' | '-';
  /** Bits that the word stands for; 0 for one that sets something else. */
  readonly bits: number;
  readonly set: Partial<AutoindexDirConfig>;
}

type Parsed = Omit<IndexOption, 'sign'> | string;

/** The word without its sign; a text is what is wrong with it. @source httpd mod_autoindex.c `add_opts` */
function parseOption(word: string, sign: string): Parsed {
  const equals = word.indexOf('=');
  const name = (equals < 0 ? word : word.slice(0, equals)).toLowerCase();
  const value = equals < 0 ? undefined : word.slice(equals + 1);
  const bits = value === undefined ? FLAGS.get(name) : undefined;
  if (bits !== undefined) return { bits, set: {} };
  switch (name) {
    case 'none':
      if (value !== undefined) break;
      return sign === ''
        ? { bits: INDEX_OPTION.none, set: {} }
        : "Cannot combine '+' or '-' with 'None' keyword";
    case 'iconwidth':
      return iconSize('iconWidth', 'IconWidth', value, sign);
    case 'iconheight':
      return iconSize('iconHeight', 'IconHeight', value, sign);
    case 'namewidth':
      return columnWidth('nameWidth', 'NameWidth', 5, value, sign);
    case 'descriptionwidth':
      return columnWidth('descriptionWidth', 'DescriptionWidth', 12, value, sign);
    case 'type':
      if (value !== undefined) return { bits: 0, set: { type: value } };
      break;
    case 'charset':
      if (value !== undefined) return { bits: 0, set: { charset: value } };
      break;
    case 'useolddateformat':
      if (value === undefined) return { bits: 0, set: { usesOldDates: true } };
      break;
  }
  return 'Invalid directory indexing option';
}

function iconSize(
  field: 'iconWidth' | 'iconHeight',
  name: string,
  value: string | undefined,
  sign: string,
): Parsed {
  if (value === undefined) return { bits: 0, set: { [field]: sign === '-' ? 0 : DEFAULT_ICON[field] } };
  return sign === '-' ? `Cannot combine '-' with ${name}=n` : { bits: 0, set: { [field]: atoi(value) } };
}

function columnWidth(
  field: 'nameWidth' | 'descriptionWidth',
  name: string,
  least: number,
  value: string | undefined,
  sign: string,
): Parsed {
  const set = (width: ColumnWidth): Parsed => ({ bits: 0, set: { [field]: width } });
  if (value === undefined) {
    return sign === '-'
      ? set({ least: DEFAULT_COLUMN_WIDTH, grows: false })
      : `${name} with no value may only appear as '-${name}'`;
  }
  if (sign === '-') return `Cannot combine '-' with ${name}=n`;
  if (value.startsWith('*')) return set({ least: DEFAULT_COLUMN_WIDTH, grows: true });
  const width = atoi(value);
  if (width !== 0 && width < least) return `${name} value must be greater than ${least}`;
  return set({ least: width, grows: false });
}

export const indexOptions: ServedDirective<undefined, AutoindexDirConfig, readonly IndexOption[]> = {
  bind: bindIndexOptions,
  apply: ({ dir }, options, { scope, report, span }) => {
    if (scope === 'server') dir.isOfServer = true;
    for (const option of options) applyOption(dir, option);
    const absolute = dir.bits?.absolute ?? 0;
    if (absolute & INDEX_OPTION.none && absolute !== INDEX_OPTION.none)
      report(diagnostic('plan/invalid', "Cannot combine other IndexOptions keywords with 'None'", span));
  },
};

function bindIndexOptions(ctx: BindContext, node: DirectiveNode): readonly IndexOption[] | undefined {
  const options: IndexOption[] = [];
  for (const word of node.args) {
    const sign = (/^[+-]/.exec(word.text)?.[0] ?? '') as IndexOption['sign'];
    const parsed = parseOption(word.text.slice(sign.length), sign);
    if (typeof parsed === 'string') return ctx.error(word, parsed);
    options.push({ sign, ...parsed });
  }
  return options;
}

function applyOption(dir: AutoindexDirConfig, { sign, bits, set }: IndexOption): void {
  const { absolute, added, removed } = dir.bits ?? NO_BITS;
  Object.assign(dir, set);
  if (bits === INDEX_OPTION.none) dir.bits = { absolute: bits, added: 0, removed: 0 };
  else if (sign === '')
    dir.bits = { absolute: bits === 0 ? absolute : (absolute ?? 0) | bits, added: 0, removed: 0 };
  else if (sign === '+') dir.bits = { absolute, added: added | bits, removed: removed & ~bits };
  else dir.bits = { absolute, added: added & ~bits, removed: removed | bits };
}
