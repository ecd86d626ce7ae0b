import { parseItem } from './accept.ts';
import { charsetOf, type Variant } from './variant.ts';

/** What is wrong with a map: it serves nothing. */
export interface MapFault {
  readonly number: string;
  readonly message: string;
}

/** httpd reads a header, and the content that stands in a map, into so much memory. */
const MAX_STRING_LENGTH = 8192;
const BLANK = /^[ \t\n\v\f\r]*$/;

type Fields = { -readonly [field in keyof Variant]: Variant[field] };

function emptyVariant(): Fields {
  return {
    name: '',
    lookedUp: undefined,
    body: undefined,
    description: '',
    type: '',
    level: 0,
    // What has no type is never chosen.
    sourceQuality: 0,
    charset: '',
    languages: [],
    encoding: '',
    length: -1,
  };
}

/** Goes through the lines of a map, header by header. */
class MapReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next header with its continuations; 'blank' between two variants, 'end' behind the last. */
  next(): { readonly header: string } | 'blank' | 'end' {
    let line: string;
    do {
      if (this.#at >= this.#text.length) return 'end';
      line = this.#line();
    } while (line.startsWith('#'));
    if (BLANK.test(line)) return 'blank';
    if (/^body:/i.test(line)) return { header: line };
    while (this.#at < this.#text.length) {
      if (this.#text[this.#at] === '#') this.#line();
      else if (!/^[ \t\v\f\r]/.test(this.#text.slice(this.#at, this.#at + 1))) break;
      else {
        const start = this.#at;
        const more = this.#line();
        if (BLANK.test(more)) {
          // The blank line ends the variant, and is read again as such.
          this.#at = start + more.length - 1;
          break;
        }
        line += more.trimStart();
      }
    }
    return { header: line };
  }

  /** Content up to `tag`, and the line behind it passed over; undefined: the tag is not there. */
  body(tag: string): string | undefined {
    const memory = this.#text.slice(this.#at, this.#at + MAX_STRING_LENGTH - 1);
    const end = memory.indexOf(tag);
    if (end < 0) return undefined;
    this.#at += end + tag.length;
    this.#line();
    return memory.slice(0, end);
  }

  #line(): string {
    const newline = this.#text.indexOf('\n', this.#at);
    const end = newline < 0 ? this.#text.length : newline + 1;
    const line = this.#text.slice(this.#at, end);
    this.#at = end;
    return line;
  }
}

/** The text without what stands in parentheses, but for those in quotes. */
function withoutComments(text: string): string {
  return text.replace(/"[^"]*"|\([^)]*\)?/g, (part) =>
    part.startsWith('(') ? ' '.repeat(part.length) : part,
  );
}

/** The first token of a header's value, with its quotes. @source httpd server/util.c `ap_get_token` */
function token(value: string): string {
  return /^(?:"[^"]*"|[^ \t\n\v\f\r;,])*/.exec(value.trimStart())?.[0] ?? '';
}

/**
 * The variants that a type map names, in its order; or what is wrong with it.
 *
 * @param text the map's content, latin1
 * @param name the map's own name, which variants have whose content stands in the map
 * @param warn is told of a mistake at which the map ends
 * @source httpd modules/mappers/mod_negotiation.c `read_type_map`
 */
export function readTypeMap(
  text: string,
  name: string,
  warn: (fault: MapFault) => void,
): readonly Variant[] | MapFault {
  const reader = new MapReader(text);
  const variants: Variant[] = [];
  let variant = emptyVariant();
  let hasContent = false;
  for (;;) {
    const next = reader.next();
    if (typeof next === 'string') {
      if (variant.name !== '' && hasContent) variants.push(variant);
      variant = emptyVariant();
      hasContent = false;
      if (next === 'end') return variants;
      continue;
    }
    const { header } = next;
    const colon = header.indexOf(':');
    if (colon < 0)
      return { number: 'AH00680', message: `Syntax error in type map, no ':' in header ${header.trim()}` };
    const value = withoutComments(header.slice(colon + 1).trimStart());
    if (value === '')
      return { number: 'AH00681', message: `Syntax error in type map, no value in header ${header.trim()}` };
    switch (header.slice(0, colon).toLowerCase()) {
      case 'uri':
        variant.name = token(value);
        continue;
      case 'content-type': {
        const item = parseItem(value);
        variant.type = item.name;
        variant.level = item.level;
        variant.sourceQuality = item.quality;
        variant.charset = charsetOf(value);
        break;
      }
      case 'content-length': {
        const digits = token(value);
        if (!/^\d+$/.test(digits)) {
          warn({
            number: 'AH00684',
            message: `Parse error in type map, Content-Length '${digits}' is invalid.`,
          });
          return variants;
        }
        variant.length = Number(digits);
        break;
      }
      case 'content-language':
        variant.languages = value.split(',').map((language) => token(language).toLowerCase());
        break;
      case 'content-encoding':
        variant.encoding = token(value);
        break;
      case 'description':
        variant.description = value.replaceAll('\n', ' ').slice(0, -1);
        continue;
      case 'body': {
        const tag = value.trimEnd();
        const body = reader.body(tag);
        if (body === undefined) {
          warn({ number: 'AH00685', message: `Syntax error in type map, no end tag '${tag}' found` });
          return variants;
        }
        variant.body = body;
        variant.length = body.length;
        variant.name = name;
        continue;
      }
      default:
        continue;
    }
    hasContent = true;
  }
}
