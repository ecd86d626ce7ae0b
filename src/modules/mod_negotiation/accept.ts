/** One item of an `Accept…` header. */
export interface AcceptItem {
  /** In lower case, without parameters. */
  readonly name: string;
  readonly quality: number;
}

/** A parsed `Accept…` header. */
export interface AcceptList {
  readonly items: readonly AcceptItem[];
  /** Some item says its quality. */
  readonly hasQualities: boolean;
}

/** The items of an `Accept…` header; undefined: there is none. A quality that is no number counts as 1. */
export function parseAccept(header: string | undefined): AcceptList | undefined {
  if (header === undefined) return undefined;
  let hasQualities = false;
  const items: AcceptItem[] = [];
  for (const part of header.split(',')) {
    const [name, ...parameters] = part.split(';');
    const trimmed = name!.trim().toLowerCase();
    if (trimmed === '') continue;
    let quality = 1;
    for (const parameter of parameters) {
      const found = /^[ \t]*q(?:s)?[ \t]*=[ \t]*"?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)/i.exec(parameter);
      if (!found) continue;
      hasQualities = true;
      quality = Math.min(1, Number(found[1]));
    }
    items.push({ name: trimmed, quality });
  }
  return { items, hasQualities };
}
