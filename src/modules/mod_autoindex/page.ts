import { escapeHtml } from '../../pipeline/html.ts';
import { escapePath } from '../../pipeline/url.ts';
import { DEFAULT_COLUMN_WIDTH, INDEX_OPTION, type AutoindexDirConfig, type SortKey } from './config.ts';
import { BLANK_ICON, itemOf, type Entry } from './entries.ts';
import { cutDescription, formatModified, formatSize } from './format.ts';
import { isParent } from './sort.ts';
import type { View } from './view.ts';

const DOCTYPE_XHTML =
  '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"\n"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n';
const DOCTYPE_HTML =
  '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n';

/** What a page of a directory is made with. */
export interface PageStyle {
  readonly config: AutoindexDirConfig;
  readonly view: View;
}

function has({ view }: PageStyle, option: keyof typeof INDEX_OPTION): boolean {
  return (view.options & INDEX_OPTION[option]) !== 0;
}

/** How an empty element ends. */
function emptyEnd(style: PageStyle): string {
  return has(style, 'xhtml') ? ' />' : '>';
}

/** The page up to the start of its body. @param title escaped */
export function preamble(style: PageStyle, title: string): string {
  const { styleSheet, headInsert } = style.config;
  const start = has(style, 'xhtml')
    ? `${DOCTYPE_XHTML}<html xmlns="http://www.w3.org/1999/xhtml">\n <head>\n`
    : `${DOCTYPE_HTML}<html>\n <head>\n`;
  const link =
    styleSheet === undefined
      ? ''
      : `  <link rel="stylesheet" href="${styleSheet}" type="text/css"${emptyEnd(style)}\n`;
  return `${start}  <title>Index of ${title}</title>\n${link}${headInsert ?? ''} </head>\n <body>\n`;
}

/** @param title escaped */
export function heading({ config }: PageStyle, title: string): string {
  return config.styleSheet === undefined
    ? `<h1>Index of ${title}</h1>\n`
    : `  <h1 id="indextitle">Index of ${title}</h1>\n`;
}

/** The entries, in the order given, in the form that the view asks for. @source `output_directories` */
export function listing(style: PageStyle, entries: readonly Entry[]): string {
  if (has(style, 'table')) return table(style, entries);
  return has(style, 'fancy') ? columns(style, entries) : plainList(entries);
}

function plainList(entries: readonly Entry[]): string {
  const items = entries.map((entry, index) => {
    return `<li><a href="${anchorOf(entry)}"> ${escapeHtml(labelOf(entry, index))}</a></li>\n`;
  });
  return `<ul>${items.join('')}</ul>\n`;
}

function anchorOf({ name }: Entry): string {
  return escapeHtml(escapePath(name, false));
}

function labelOf(entry: Entry, index: number): string {
  return index === 0 && isParent(entry) ? 'Parent Directory' : entry.name;
}

/** A name cut to a width, as HTML, and the blanks that fill it up. */
function fitted(label: string, width: number): { readonly text: string; readonly padding: string } {
  const isCut = label.length > width && width >= 3;
  const shown = isCut ? `${label.slice(0, width - 3)}..>` : label;
  return { text: escapeHtml(shown), padding: ' '.repeat(Math.max(0, width - shown.length)) };
}

/** An image element; `undefined` where there is no icon. */
function image(style: PageStyle, icon: string | undefined, alt: string): string | undefined {
  if (icon === undefined) return undefined;
  const { iconWidth, iconHeight } = style.config;
  const width = iconWidth ? ` width="${iconWidth}"` : '';
  const height = iconHeight ? ` height="${iconHeight}"` : '';
  return `<img src="${escapeHtml(icon)}" alt="${alt}"${width}${height}${emptyEnd(style)}`;
}

function blankIcon(style: PageStyle, alt: string): string | undefined {
  return image(style, itemOf(style.config.icons, BLANK_ICON), alt);
}

function entryIcon(style: PageStyle, entry: Entry): string | undefined {
  return image(style, entry.icon ?? style.config.defaultIcon, `[${entry.alt ?? '   '}]`);
}

/** A column's name, linked to its order; the column in use to the other direction. @source `emit_link` */
function columnLink(style: PageStyle, label: string, column: SortKey): string {
  if (has(style, 'suppressColumnSorting')) return label;
  const { key, direction, kept } = style.view;
  const next = key === column && direction === 'A' ? 'D' : 'A';
  return `<a href="?C=${column};O=${next}${kept}">${label}</a>`;
}

/** Columns that are shown besides icon and name. */
function shownColumns(
  style: PageStyle,
): readonly { readonly key: SortKey; readonly label: string; readonly css: string }[] {
  return [
    ...(has(style, 'suppressLastModified')
      ? []
      : [{ key: 'M', label: 'Last modified', css: 'indexcollastmod' } as const]),
    ...(has(style, 'suppressSize') ? [] : [{ key: 'S', label: 'Size', css: 'indexcolsize' } as const]),
    ...(has(style, 'suppressDescription')
      ? []
      : [{ key: 'D', label: 'Description', css: 'indexcoldesc' } as const]),
  ];
}

/** Attributes of a cell: its class where a style sheet can use it, else what stands in for one. */
function cell(style: PageStyle, css: string, otherwise = ''): string {
  return style.config.styleSheet === undefined ? otherwise : ` class="${css}"`;
}

function table(style: PageStyle, entries: readonly Entry[]): string {
  const isStyled = style.config.styleSheet !== undefined;
  const hasIcon = !has(style, 'suppressIcon');
  const shown = shownColumns(style);
  let head = isStyled ? '  <table id="indexlist">\n   <tr class="indexhead">' : '  <table>\n   <tr>';
  if (hasIcon) {
    const icon = blankIcon(style, '[ICO]') ?? '&nbsp;';
    head += `<th${cell(style, 'indexcolicon', ' valign="top"')}>${icon}</th>`;
  }
  head += `<th${cell(style, 'indexcolname')}>${columnLink(style, 'Name', 'N')}`;
  for (const { key, label, css } of shown)
    head += `</th><th${cell(style, css)}>${columnLink(style, label, key)}`;
  const count = 1 + Number(hasIcon) + shown.length;
  const rule = has(style, 'suppressRules')
    ? ''
    : `   <tr${cell(style, 'indexbreakrow')}><th colspan="${count}"><hr${emptyEnd(style)}</th></tr>\n`;
  const rows = entries.map((entry, index) => tableRow(style, entry, index)).join('');
  return `${head}</th></tr>\n${rule}${rows}${rule}</table>\n`;
}

function tableRow(style: PageStyle, entry: Entry, index: number): string {
  const { config } = style;
  const anchor = anchorOf(entry);
  let row = rowStart(style, entry, index);
  if (!has(style, 'suppressIcon')) {
    const icon = entryIcon(style, entry) ?? '&nbsp;';
    const content = has(style, 'iconsAreLinks') ? `<a href="${anchor}">${icon}</a>` : icon;
    row += `<td${cell(style, 'indexcolicon', ' valign="top"')}>${content}</td>`;
  }
  const label = labelOf(entry, index);
  const width = config.nameWidth?.least ?? DEFAULT_COLUMN_WIDTH;
  const { text, padding } =
    config.nameWidth?.grows === true ? { text: escapeHtml(label), padding: '' } : fitted(label, width);
  row += `<td${cell(style, 'indexcolname')}><a href="${anchor}">${text}</a>${padding}`;
  for (const { key, css } of shownColumns(style)) row += `</td><td${tableCell(style, entry, key, css)}`;
  return `${row}</td></tr>\n`;
}

function rowStart(style: PageStyle, { alt }: Entry, index: number): string {
  if (style.config.styleSheet === undefined) return '<tr>';
  const parity = index % 2 === 1 ? 'odd' : 'even';
  const named = has(style, 'addAltClass') && alt !== undefined ? `${parity}-${alt.toLowerCase()}` : parity;
  return `   <tr class="${named}">`;
}

function tableCell(style: PageStyle, entry: Entry, key: SortKey, css: string): string {
  if (key === 'S') return `${cell(style, css, ' align="right"')}>${formatSize(entry.size)}`;
  if (key === 'D') return `${cell(style, css)}>${tableDescription(style, entry)}`;
  if (entry.modifiedMs === undefined) return `${cell(style, css)}>&nbsp;`;
  return `${cell(style, css, ' align="right"')}>${modified(style, entry.modifiedMs)}  `;
}

function tableDescription(style: PageStyle, { description }: Entry): string {
  if (description === undefined) return '&nbsp;';
  if (style.config.descriptionWidth?.grows === true) return description;
  return cutDescription(description, descriptionWidth(style));
}

function modified({ config }: PageStyle, ms: number): string {
  return formatModified(ms, config.usesOldDates === true);
}

/** Without a width of its own, a description takes the room of the columns that are left out. */
function descriptionWidth(style: PageStyle): number {
  const { descriptionWidth: configured } = style.config;
  if (configured !== undefined) return configured.least;
  return (
    DEFAULT_COLUMN_WIDTH +
    (has(style, 'suppressIcon') ? 6 : 0) +
    (has(style, 'suppressLastModified') ? 19 : 0) +
    (has(style, 'suppressSize') ? 7 : 0)
  );
}

function columns(style: PageStyle, entries: readonly Entry[]): string {
  const { config } = style;
  const longest = (lengths: readonly number[], least: number): number => Math.max(least, ...lengths);
  const leastName = config.nameWidth?.least ?? DEFAULT_COLUMN_WIDTH;
  const nameWidth =
    config.nameWidth?.grows === true
      ? longest(
          entries.map(({ name }) => name.length),
          leastName,
        )
      : leastName;
  const leastText = descriptionWidth(style);
  const textWidth =
    config.descriptionWidth?.grows === true
      ? longest(
          entries.map(({ description }) => description?.length ?? 0),
          leastText,
        )
      : leastText;
  const rows = entries.map((entry, index) => columnsRow(style, entry, index, nameWidth, textWidth));
  const rule = has(style, 'suppressRules') ? '' : `<hr${emptyEnd(style)}`;
  return `<pre>${columnsHead(style, nameWidth)}${rule === '' ? '\n' : rule}${rows.join('')}${rule}</pre>\n`;
}

function columnsHead(style: PageStyle, nameWidth: number): string {
  let head = '';
  if (!has(style, 'suppressIcon')) {
    const icon = blankIcon(style, 'Icon ');
    head += icon === undefined ? '      ' : `${icon} `;
  }
  head += `${columnLink(style, 'Name', 'N')}${' '.repeat(Math.max(0, nameWidth - 4))} `;
  const gaps = { N: '', M: '      ', S: '  ', D: '' } as const;
  for (const { key, label } of shownColumns(style)) head += columnLink(style, label, key) + gaps[key];
  return head;
}

/** One more than a date takes, as in httpd. */
const NO_DATE = ' '.repeat(19);

function columnsRow(
  style: PageStyle,
  entry: Entry,
  index: number,
  nameWidth: number,
  textWidth: number,
): string {
  const anchor = anchorOf(entry);
  let row = '';
  if (!has(style, 'suppressIcon')) {
    const icon = entryIcon(style, entry) ?? '     ';
    row += has(style, 'iconsAreLinks') ? `<a href="${anchor}">${icon}</a> ` : `${icon} `;
  }
  const { text, padding } = fitted(labelOf(entry, index), nameWidth);
  row += `<a href="${anchor}">${text}</a>${padding} `;
  for (const { key } of shownColumns(style)) {
    if (key === 'M')
      row += entry.modifiedMs === undefined ? NO_DATE : `${modified(style, entry.modifiedMs)}  `;
    else if (key === 'S') row += `${formatSize(entry.size)}  `;
    else if (entry.description !== undefined) row += cutDescription(entry.description, textWidth);
  }
  return `${row}\n`;
}
