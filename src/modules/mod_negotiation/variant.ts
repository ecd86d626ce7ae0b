import type { RequestRecord } from '../../pipeline/request.ts';
import type { AcceptList } from './accept.ts';

/** One of the files that a name may stand for. */
export interface Variant {
  readonly name: string;
  /** undefined: a map names it, and nobody has looked yet. */
  readonly lookedUp: RequestRecord | undefined;
  /** Content that stands in the map itself, latin1. */
  readonly body: string | undefined;
  /** HTML for the page that lists the variants. */
  readonly description: string;
  /** In lower case, without parameters. */
  readonly type: string;
  readonly level: number;
  /** How good the server thinks it is: `qs` of its type. */
  readonly sourceQuality: number;
  readonly charset: string;
  readonly languages: readonly string[];
  readonly encoding: string;
  /** -1: unknown. */
  readonly length: number;
}

/** The `charset` of a media type, in lower case; '' for none. */
export function charsetOf(type: string): string {
  const parameters = type.toLowerCase().split(';').slice(1);
  const found = parameters.map((parameter) => /^\s*charset=(.*)$/s.exec(parameter)?.[1]?.trim());
  return found.find((charset) => charset) ?? '';
}

/** What the client accepts, and what the server prefers. */
export interface Preferences {
  readonly types: AcceptList | undefined;
  readonly languages: AcceptList | undefined;
  readonly encodings: AcceptList | undefined;
  readonly charsets: AcceptList | undefined;
  /** `LanguagePriority`, in lower case. */
  readonly priority: readonly string[];
  /** Which of two accepted languages of the same quality is better is a matter of `priority`. */
  readonly prefersByPriority: boolean;
  /** A language that is not accepted will do where `priority` names it. */
  readonly fallsBackByPriority: boolean;
  /** Environment variable `prefer-language`: before anything else, variants in this language. */
  readonly preferredLanguage: string | undefined;
  /** Environment variables `no-gzip` and `gzip-only-text/html`. */
  readonly mayBeEncoded: (type: string) => boolean;
  /** Quality of a program's output, which has no type. */
  readonly programQuality: number;
}

/** Type of what a handler makes without telling. */
export const PROGRAM_TYPE = 'application/x-httpd-cgi';

/** Qualities of a type that a client without qualities names by a wildcard: any type, or any of a family. */
const ANY_TYPE = 0.01;
const ANY_OF_FAMILY = 0.02;
/** Quality of a variant whose language is unknown beside others whose language is known. */
const UNKNOWN_LANGUAGE = 0.0001;
/** Quality of a language that nobody asked for, and LanguagePriority names. */
const FALLBACK_LANGUAGE = 0.0001;
/** Quality of a language of which the client asked for a special form. */
const BROADER_LANGUAGE = 0.001;
/** Quality of an unencoded variant for a client that names encodings, but not this one. */
const UNNAMED_IDENTITY = 0.0001;
/** Quality of an encoded variant for a client that says nothing about encodings. */
const UNASKED_ENCODING = 0.5;

interface TypeRating {
  readonly type: number;
  /** The variant's level, when the client named its very type; else 0. */
  readonly levelMatched: number;
}

interface LanguageRating {
  readonly language: number;
  /** Place in the priority list; Infinity: none, or of no interest. */
  readonly languageIndex: number;
}

interface Rating extends TypeRating, LanguageRating {
  readonly charset: number;
  readonly encoding: number;
}

/** How exactly an item of `Accept` names a type: 3 itself, 2 its family, 1 any, 0 not. */
function starsOf(name: string, type: string): 0 | 1 | 2 | 3 {
  if (name === '*' || name === '*/*') return 1;
  if (name.endsWith('/*') && type.startsWith(name.slice(0, -1))) return 2;
  return name === type ? 3 : 0;
}

/** @source httpd modules/mappers/mod_negotiation.c `set_accept_quality` */
function rateType({ type, level }: Variant, { types, programQuality }: Preferences): TypeRating {
  if (type === PROGRAM_TYPE) return { type: programQuality, levelMatched: 0 };
  // Who says nothing is taken as somebody who takes anything.
  if (!types) return { type: ANY_TYPE, levelMatched: 0 };
  let quality = 0;
  let bestStars = 0;
  for (const item of types.items) {
    const stars = starsOf(item.name, type);
    if (stars <= bestStars || (stars === 3 && item.level < level)) continue;
    bestStars = stars;
    // Wildcards of a client that knows no qualities are not meant as much as its names.
    if (types.hasQualities || stars === 3) quality = item.quality;
    else quality = stars === 1 ? ANY_TYPE : ANY_OF_FAMILY;
  }
  return { type: quality, levelMatched: bestStars === 3 ? level : 0 };
}

/** What a variant's languages are worth to the client. @source mod_negotiation.c `set_language_quality` */
function acceptedLanguage(languages: readonly string[], accepted: AcceptList): number {
  const named = accepted.items.filter(({ name }) => name !== '*');
  const star = accepted.items.find(({ name }) => name === '*');
  let best: number | undefined;
  let isBroader = false;
  let isOnlyStarred = false;
  for (const language of languages) {
    let longest = 0;
    let quality: number | undefined;
    for (const item of named) {
      if (language === item.name || language.startsWith(`${item.name}-`)) {
        if (item.name.length > longest) {
          longest = item.name.length;
          quality = item.quality;
        }
      }
      if (longest > 0) continue;
      const dash = item.name.indexOf('-');
      if (dash >= 0 && language.startsWith(item.name.slice(0, dash))) isBroader = true;
    }
    if (best === undefined || (quality !== undefined && quality > best)) best = quality;
    if (quality === undefined) isOnlyStarred = true;
  }
  if (isOnlyStarred && star && (best === undefined || star.quality > best)) return star.quality;
  return best ?? (isBroader ? BROADER_LANGUAGE : 0);
}

function rateLanguage(
  { languages }: Variant,
  preferences: Preferences,
  someHaveLanguage: boolean,
): LanguageRating {
  if (languages.length === 0)
    return { language: someHaveLanguage ? UNKNOWN_LANGUAGE : 1, languageIndex: Infinity };
  const { languages: accepted, priority, prefersByPriority, fallsBackByPriority } = preferences;
  const language = accepted ? acceptedLanguage(languages, accepted) : 1;
  const place = priority.findIndex((start) => languages.some((name) => name.startsWith(start)));
  const languageIndex = place < 0 ? Infinity : place;
  if (language > 0) return { language, languageIndex: prefersByPriority ? languageIndex : Infinity };
  return fallsBackByPriority && place >= 0
    ? { language: FALLBACK_LANGUAGE, languageIndex }
    : { language, languageIndex: Infinity };
}

function isIdentity(encoding: string): boolean {
  return ['', '7bit', '8bit', 'binary'].includes(encoding);
}

/** @source mod_negotiation.c `set_encoding_quality` */
function encodingQuality({ encoding }: Variant, { encodings }: Preferences): number {
  const isPlain = isIdentity(encoding);
  if (!encodings) return isPlain ? 1 : UNASKED_ENCODING;
  const bare = (name: string): string => name.replace(/^x-/, '');
  const wanted = isPlain ? 'identity' : bare(encoding);
  const exact = encodings.items.find(({ name }) => bare(name) === wanted);
  const found = exact ?? encodings.items.findLast(({ name }) => name === '*');
  return found?.quality ?? (isPlain ? UNNAMED_IDENTITY : 0);
}

function charsetQuality({ charset, type }: Variant, { charsets }: Preferences): number {
  if (!charsets || (charset === '' && !type.startsWith('text/'))) return 1;
  const wanted = charset === '' ? 'iso-8859-1' : charset;
  const found =
    charsets.items.find(({ name }) => name === wanted) ?? charsets.items.findLast(({ name }) => name === '*');
  return found?.quality ?? (wanted === 'iso-8859-1' ? 1 : 0);
}

function rate(variant: Variant, preferences: Preferences, someHaveLanguage: boolean): Rating {
  return {
    ...rateType(variant, preferences),
    ...(preferences.preferredLanguage === undefined
      ? rateLanguage(variant, preferences, someHaveLanguage)
      : { language: 1, languageIndex: Infinity }),
    charset: charsetQuality(variant, preferences),
    encoding: encodingQuality(variant, preferences),
  };
}

function isNamedCharset({ charset }: Variant): boolean {
  return charset !== '' && charset !== 'iso-8859-1';
}

/** Positive: the candidate is better; negative: worse. @source mod_negotiation.c `is_variant_better` */
function compare(candidate: Variant, a: Rating, best: Variant, b: Rating): number {
  const quality = a.type * candidate.sourceQuality - b.type * best.sourceQuality;
  if (quality !== 0) return quality;
  if (a.language !== b.language) return a.language - b.language;
  if (a.languageIndex !== b.languageIndex) return b.languageIndex - a.languageIndex;
  if (candidate.type === best.type) {
    if (a.levelMatched !== b.levelMatched) return a.levelMatched - b.levelMatched;
    if (candidate.level !== best.level) return best.level - candidate.level;
  }
  if (a.charset !== b.charset) return a.charset - b.charset;
  if (isNamedCharset(candidate) && !isNamedCharset(best)) return 1;
  if (a.encoding !== b.encoding) return a.encoding - b.encoding;
  return best.length - candidate.length;
}

/** The variant that suits the client best; undefined: it accepts none of them. @source mod_negotiation.c `best_match` */
export function chooseVariant(variants: readonly Variant[], preferences: Preferences): Variant | undefined {
  const { preferredLanguage, mayBeEncoded } = preferences;
  const someHaveLanguage = variants.some(({ languages }) => languages.length > 0);
  let best: Variant | undefined;
  let bestRating: Rating | undefined;
  for (const variant of variants) {
    if (!isIdentity(variant.encoding) && !mayBeEncoded(variant.type)) continue;
    if (preferredLanguage !== undefined && !variant.languages.includes(preferredLanguage)) continue;
    const rating = rate(variant, preferences, someHaveLanguage);
    if (variant.sourceQuality === 0) continue;
    if (rating.type === 0 || rating.language === 0 || rating.charset === 0 || rating.encoding === 0) continue;
    if (best && bestRating && compare(variant, rating, best, bestRating) <= 0) continue;
    best = variant;
    bestRating = rating;
  }
  if (best || preferredLanguage === undefined) return best;
  return chooseVariant(variants, { ...preferences, preferredLanguage: undefined });
}
