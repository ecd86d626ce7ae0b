/** One item of an `Accept…` header. */
export interface AcceptItem {
  /** In lower case, without parameters. */
  readonly name: string;
  readonly quality: number;
  /** `level` of a media type; HTML that does not tell has 2. */
  readonly level: number;
}

/** A parsed `Accept…` header. */
export interface AcceptList {
  readonly items: readonly AcceptItem[];
  /** Some item counts less than fully: this client knows qualities. */
  readonly hasQualities: boolean;
}

const PARAMETER = /^\s*([^\s=]+)[\s=]+"?([^"\s]*)/;

/** The items of an `Accept…` header; undefined: there is none. @source httpd mod_negotiation.c `get_entry` */
export function parseAccept(header: string | undefined): AcceptList | undefined {
  if (header === undefined) return undefined;
  const items = header.split(',').flatMap((part) => {
    const item = parseItem(part);
    return item.name === '' ? [] : item;
  });
  return { items, hasQualities: items.some(({ quality }) => quality < 1) };
}

/** A media type or another name, with its parameters. */
export function parseItem(text: string): AcceptItem {
  const [first, ...parameters] = text.split(';');
  const name = first!.trim().toLowerCase();
  let quality = 1;
  let level = name === 'text/html' ? 2 : 0;
  for (const parameter of parameters) {
    const [, key, value] = PARAMETER.exec(parameter) ?? [];
    if (key === undefined || value === undefined) continue;
    if (/^qs?$/i.test(key)) quality = qualityOf(value);
    else if (/^level$/i.test(key)) level = Number.parseInt(value, 10) || 0;
  }
  return { name, quality, level };
}

/** Three digits after a point count; what does not begin as a number below 1 is 1. @source mod_negotiation.c `atoq` */
function qualityOf(text: string): number {
  if (!/^[.0]/.test(text)) return 1;
  const digits = /^0?\.(\d{0,3})/.exec(text)?.[1];
  return digits === undefined ? 0 : Number(`0.${digits}`);
}
