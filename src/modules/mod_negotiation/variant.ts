import type { RequestRecord } from '../../pipeline/request.ts';
import type { AcceptList } from './accept.ts';

/** One of the files that a name may stand for. */
export interface Variant {
  readonly name: string;
  readonly lookedUp: RequestRecord;
  /** In lower case, without parameters. */
  readonly type: string;
  readonly charset: string;
  readonly languages: readonly string[];
  readonly encoding: string;
  readonly length: number;
}

/** What the client accepts, and what the server prefers. */
export interface Preferences {
  readonly types: AcceptList | undefined;
  readonly languages: AcceptList | undefined;
  readonly encodings: AcceptList | undefined;
  readonly charsets: AcceptList | undefined;
  /** `LanguagePriority`, in lower case; empty: none, or not to be used. */
  readonly priority: readonly string[];
  /** Quality of a program's output, which has no type. */
  readonly programQuality: number;
}

/** Type of what a handler makes without telling. */
export const PROGRAM_TYPE = 'application/x-httpd-cgi';

/** Quality of a variant whose language is unknown beside others whose language is known. */
const UNKNOWN_LANGUAGE = 0.0001;
/** Quality of a language of which the client asked for a special form. */
const BROADER_LANGUAGE = 0.001;
/** Quality of an unencoded variant for a client that names encodings, but not this one. */
const UNNAMED_IDENTITY = 0.0001;

interface Rating {
  readonly type: number;
  readonly language: number;
  /** Place in the priority list; -1: none. */
  readonly languageIndex: number;
  readonly charset: number;
  readonly encoding: number;
}

/** @source httpd modules/mappers/mod_negotiation.c `set_accept_quality` */
function typeQuality({ type }: Variant, { types, programQuality }: Preferences): number {
  if (type === PROGRAM_TYPE) return programQuality;
  if (!types) return 1;
  let quality = 0;
  let bestStars = 0;
  for (const item of types.items) {
    const stars =
      item.name === type
        ? 3
        : item.name === `${type.split('/')[0]}/*`
          ? 2
          : item.name === '*/*' || item.name === '*'
            ? 1
            : 0;
    if (stars <= bestStars) continue;
    bestStars = stars;
    // Wildcards of a client that knows no qualities are not meant as much as its names.
    quality = types.hasQualities || stars === 3 ? item.quality : stars === 1 ? 0.01 : 0.02;
  }
  return quality;
}

function oneLanguageQuality(language: string, accepted: AcceptList): number {
  let quality: number | undefined;
  let longest = 0;
  let isBroader = false;
  for (const { name, quality: given } of accepted.items) {
    if (name === '*') quality ??= given;
    else if (name.length > longest && (language === name || language.startsWith(`${name}-`))) {
      longest = name.length;
      quality = given;
    } else if (name.startsWith(`${language}-`) && given > 0) isBroader = true;
  }
  return quality ?? (isBroader ? BROADER_LANGUAGE : 0);
}

function languageQuality(
  variant: Variant,
  { languages: accepted }: Preferences,
  someHaveLanguage: boolean,
): number {
  if (variant.languages.length === 0) return someHaveLanguage ? UNKNOWN_LANGUAGE : 1;
  if (!accepted) return 1;
  return Math.max(...variant.languages.map((language) => oneLanguageQuality(language, accepted)));
}

function encodingQuality({ encoding }: Variant, { encodings }: Preferences): number {
  if (!encodings) return 1;
  const bare = (name: string): string => name.replace(/^x-/, '');
  const wanted = encoding === '' ? 'identity' : bare(encoding);
  const exact = encodings.items.find(({ name }) => bare(name) === wanted);
  const found = exact ?? encodings.items.find(({ name }) => name === '*');
  return found?.quality ?? (encoding === '' ? UNNAMED_IDENTITY : 0);
}

function charsetQuality({ charset, type }: Variant, { charsets }: Preferences): number {
  if (!charsets || (charset === '' && !type.startsWith('text/'))) return 1;
  const wanted = charset === '' ? 'iso-8859-1' : charset;
  const found =
    charsets.items.find(({ name }) => name === wanted) ?? charsets.items.find(({ name }) => name === '*');
  return found?.quality ?? (wanted === 'iso-8859-1' ? 1 : 0);
}

function rate(variant: Variant, preferences: Preferences, someHaveLanguage: boolean): Rating {
  return {
    type: typeQuality(variant, preferences),
    language: languageQuality(variant, preferences, someHaveLanguage),
    languageIndex: preferences.priority.findIndex((language) => variant.languages.includes(language)),
    charset: charsetQuality(variant, preferences),
    encoding: encodingQuality(variant, preferences),
  };
}

/** The place of a language in the priority list, where none comes last. */
function rank(index: number): number {
  return index < 0 ? Infinity : index;
}

function isNamedCharset({ charset }: Variant): boolean {
  return charset !== '' && charset !== 'iso-8859-1';
}

/** Positive: the candidate is better; negative: worse. @source mod_negotiation.c `is_variant_better` */
function compare(candidate: Variant, a: Rating, best: Variant, b: Rating): number {
  if (a.type !== b.type) return a.type - b.type;
  if (a.language !== b.language) return a.language - b.language;
  if (a.languageIndex !== b.languageIndex) return rank(b.languageIndex) - rank(a.languageIndex);
  if (a.charset !== b.charset) return a.charset - b.charset;
  if (isNamedCharset(candidate) && !isNamedCharset(best)) return 1;
  if (a.encoding !== b.encoding) return a.encoding - b.encoding;
  return best.length - candidate.length;
}

/** The variant that suits the client best; undefined: it accepts none of them. */
export function chooseVariant(variants: readonly Variant[], preferences: Preferences): Variant | undefined {
  const someHaveLanguage = variants.some(({ languages }) => languages.length > 0);
  let best: Variant | undefined;
  let bestRating: Rating | undefined;
  for (const variant of variants) {
    const rating = rate(variant, preferences, someHaveLanguage);
    if (rating.type === 0 || rating.language === 0 || rating.charset === 0 || rating.encoding === 0) continue;
    if (best && bestRating && compare(variant, rating, best, bestRating) <= 0) continue;
    best = variant;
    bestRating = rating;
  }
  return best;
}
