import { growthDegree } from './pcre/growth.ts';
import { search, stepLimitFor } from './pcre/machine.ts';
import { PcreSyntaxError, captureIndexes } from './pcre/node.ts';
import type { PcreNode } from './pcre/node.ts';
import { parsePcre } from './pcre/parser.ts';
import type { PcreOptions } from './pcre/parser.ts';
import { compileProgram, isAnchored } from './pcre/program.ts';
import type { Program } from './pcre/program.ts';
import { loopSamples } from './pcre/sample.ts';
import type { LoopSample } from './pcre/sample.ts';
import { toJavaScript } from './pcre/to-javascript.ts';

/** What a match gives: `[0]` the whole text, `[n]` group n or `undefined` when it took no part. */
export interface PcreMatch extends ReadonlyArray<string | undefined> {
  /** Where the whole match begins. */
  readonly index: number;
}

export type PcreResult = { readonly ok: true; readonly pattern: PcrePattern } | PcreFailure;

export interface PcreFailure {
  readonly ok: false;
  /** What is wrong, in words of our own, without the pattern. */
  readonly message: string;
  /** Offset into the pattern. */
  readonly offset: number;
  /** `invalid`: PCRE2 refuses it, so httpd does. `unsupported`: httpd takes it and we do not. */
  readonly reason: 'invalid' | 'unsupported';
}

/** httpd's defaults for every pattern of a config: `.` matches a newline, `$` only at the very end. */
const HTTPD_DEFAULTS: PcreOptions = {
  caseless: false,
  dotAll: true,
  multiline: false,
  dollarEndOnly: true,
  extended: false,
};

const OPTION_NAMES = Object.keys(HTTPD_DEFAULTS) as (keyof PcreOptions)[];

/** Patterns compiled lately, by options and source: a config says the same ones for each of its virtual hosts. */
const compiledPatterns = new Map<string, PcreResult>();
const MAX_COMPILED_PATTERNS = 1000;

/**
 * Compiles a PCRE2 pattern for byte strings as httpd's `ap_regcomp` does. The result matches as PCRE2 does, and gives
 * up, as no match, where matching would take too long.
 *
 * @param source  the pattern, a latin1 byte string
 * @param options what differs from httpd's defaults
 * @source httpd server/util_pcre.c; pcre2pattern(3) of 10.42
 */
export function compilePcre(source: string, options: Partial<PcreOptions> = {}): PcreResult {
  const effective = { ...HTTPD_DEFAULTS, ...options };
  const key = `${OPTION_NAMES.map((name) => (effective[name] ? 1 : 0)).join('')}${source}`;
  const known = compiledPatterns.get(key);
  if (known !== undefined) return known;
  const result = compileAfresh(source, effective);
  if (compiledPatterns.size >= MAX_COMPILED_PATTERNS) compiledPatterns.clear();
  compiledPatterns.set(key, result);
  return result;
}

function compileAfresh(source: string, effective: PcreOptions): PcreResult {
  try {
    const { body, groupCount, names } = parsePcre(source, effective);
    return { ok: true, pattern: new PcrePattern(source, effective, body, groupCount, names) };
  } catch (error) {
    if (!(error instanceof PcreSyntaxError)) throw error;
    return { ok: false, message: error.message, offset: error.offset, reason: error.reason };
  }
}

/** Compiles a pattern that is known to be good. Throws when it is not. */
export function mustCompilePcre(source: string, options: Partial<PcreOptions> = {}): PcrePattern {
  const result = compilePcre(source, options);
  if (!result.ok) throw new Error(`bad pattern ${source}: ${result.message}`);
  return result.pattern;
}

/** Longest subject for which JavaScript's own matching of a pattern of this growth stays within milliseconds. */
function safeLengthFor(degree: number): number {
  // Beyond some millions of bytes JavaScript's own stack may overflow.
  if (degree <= 1) return 1_000_000;
  if (degree === Infinity) return 12;
  return Math.floor(2_000_000 ** (1 / degree));
}

/** Whether JavaScript, too, would give each group its number: not so in `(?|...)` and after `(...){0}`. */
function isNumberedInOrder(body: PcreNode, groupCount: number): boolean {
  const indexes = captureIndexes(body);
  return indexes.length === groupCount && indexes.every((index, i) => index === i + 1);
}

/** The regular expression, or `undefined` when JavaScript finds it too large. */
function tryRegExp(source: string): RegExp | undefined {
  try {
    return new RegExp(source);
  } catch {
    return undefined;
  }
}

/**
 * A compiled pattern. Two matchers stand behind it: JavaScript's, where it agrees with PCRE2 and the subject is short
 * enough for it, and a machine of our own, which knows all of PCRE2's rules and counts its steps.
 */
export class PcrePattern {
  readonly source: string;
  readonly caseless: boolean;
  readonly groupCount: number;
  /** Group numbers by name; several when a name is given twice. */
  readonly names: ReadonlyMap<string, readonly number[]>;
  /** JavaScript's form of the pattern, when it has one. */
  readonly regExp: RegExp | undefined;
  /** Matching time grows at most with the subject's length to this power. */
  readonly growthDegree: number;
  readonly #body: PcreNode;
  readonly #safeLength: number;
  #program: Program | undefined;
  #registers: Int32Array | undefined;

  constructor(
    source: string,
    options: PcreOptions,
    body: PcreNode,
    groupCount: number,
    names: ReadonlyMap<string, readonly number[]>,
  ) {
    this.source = source;
    this.caseless = options.caseless;
    this.groupCount = groupCount;
    this.names = names;
    this.#body = body;
    const translated = isNumberedInOrder(body, groupCount) ? toJavaScript(body) : undefined;
    this.regExp = translated === undefined ? undefined : tryRegExp(translated);
    this.growthDegree = growthDegree(body, isAnchored(body));
    this.#safeLength = this.regExp === undefined ? -1 : safeLengthFor(this.growthDegree);
  }

  /**
   * Whether the pattern may take so long on a hostile subject that it deserves a trial: loops in loops, or several that
   * can give bytes to one another. Cheap, and true more often than need be.
   */
  get isSuspicious(): boolean {
    return this.growthDegree > 2;
  }

  /** The first match in the subject, or `null` when there is none or finding it would take too long. */
  exec(subject: string): PcreMatch | null {
    if (subject.length <= this.#safeLength) return this.regExp!.exec(subject);
    return this.execBounded(subject);
  }

  /** Whether the pattern matches anywhere in the subject. */
  test(subject: string): boolean {
    if (subject.length <= this.#safeLength) return this.regExp!.test(subject);
    return this.execBounded(subject) !== null;
  }

  /** As `exec`, by the machine that counts its steps. */
  execBounded(subject: string): PcreMatch | null {
    const { program, registers } = this.#machine();
    if (search(program, subject, registers, { left: stepLimitFor(subject) }) !== 'match') return null;
    const match: (string | undefined)[] = [];
    for (let group = 0; group <= this.groupCount; group++) {
      const start = registers[2 * group]!;
      match.push(start < 0 ? undefined : subject.slice(start, registers[2 * group + 1]));
    }
    return Object.assign(match, { index: registers[0]! });
  }

  /** Steps that the machine takes for the subject; `limit` when it gave up. */
  countSteps(subject: string, limit: number): number {
    const { program, registers } = this.#machine();
    const budget = { left: limit };
    return search(program, subject, registers, budget) === 'limit' ? limit : limit - budget.left;
  }

  /** Texts that reach the pattern's loops and keep them going. */
  loopSamples(): readonly LoopSample[] {
    return loopSamples(this.#body);
  }

  #machine(): { readonly program: Program; readonly registers: Int32Array } {
    const program = (this.#program ??= compileProgram(this.#body, this.groupCount));
    const registers = (this.#registers ??= new Int32Array(program.registerCount));
    return { program, registers };
  }
}
