import { ANY_BYTE, NOT_NEWLINE, WORD_BYTES, addOtherCase } from './byte-set.ts';
import type { ByteSet } from './byte-set.ts';
import { posixTerminator, readCharacterClass } from './character-class.ts';
import { readEscape, readGroupName } from './escape.ts';
import type { Cursor, GroupReference } from './escape.ts';
import { fixedLength } from './fixed-length.ts';
import { PcreSyntaxError } from './node.ts';
import type { BackreferenceNode, CaptureNode, LookNode, PcreNode } from './node.ts';

/** Options in force at one place of a pattern. */
export interface PcreOptions {
  /** `i`: ASCII letters match in either case. */
  readonly caseless: boolean;
  /** `s`: `.` matches a newline too. */
  readonly dotAll: boolean;
  /** `m`: `^` and `$` match at line ends inside the subject. */
  readonly multiline: boolean;
  /** `$` without `m` matches only at the very end, not before a final newline. */
  readonly dollarEndOnly: boolean;
  /** `x`: white space and `#` comments are ignored. */
  readonly extended: boolean;
}

interface ActiveOptions extends PcreOptions {
  readonly extendedMore: boolean;
  readonly noAutoCapture: boolean;
}

export interface ParsedPattern {
  readonly body: PcreNode;
  readonly groupCount: number;
  /** Numbers of the groups of each name; several when a name is given twice. */
  readonly names: ReadonlyMap<string, readonly number[]>;
}

const MAX_NESTING = 250;
const MAX_REPEAT = 65535;
const EMPTY: PcreNode = { type: 'empty' };
/** `\R`: once matched it does not give back the newline of CR LF. */
const NEWLINE_SEQUENCE: PcreNode = {
  type: 'atomic',
  body: {
    type: 'choice',
    options: [
      { type: 'sequence', items: [byteNode(0x0d), byteNode(0x0a)] },
      {
        type: 'set',
        set: Uint8Array.from({ length: 256 }, (_, b) => Number((b > 9 && b < 14) || b === 0x85)),
      },
    ],
  },
};

/**
 * Parses a PCRE2 pattern as `pcre2_compile` of 10.42 does for byte strings in the C locale, with `PCRE2_DUPNAMES`.
 *
 * @throws PcreSyntaxError where PCRE2 refuses, or where the construct is not supported
 */
export function parsePcre(source: string, options: PcreOptions): ParsedPattern {
  return new PcreParser(source, options).parse();
}

function byteNode(byte: number): PcreNode {
  return { type: 'byte', byte };
}

class PcreParser {
  readonly #cursor: Cursor;
  #options: ActiveOptions;
  #groupCount = 0;
  #nesting = 0;
  readonly #names = new Map<string, number[]>();
  readonly #nameOfGroup = new Map<number, string>();
  readonly #captures = new Map<number, CaptureNode>();
  #hasReset = false;
  readonly #lookbehinds: { readonly node: LookNode; readonly lengths: number[]; readonly offset: number }[] =
    [];
  readonly #namedReferences: { readonly name: string; readonly groups: number[]; readonly offset: number }[] =
    [];
  readonly #references: BackreferenceNode[] = [];

  constructor(source: string, options: PcreOptions) {
    this.#cursor = { text: source, at: 0 };
    this.#options = { ...options, extendedMore: false, noAutoCapture: false };
  }

  parse(): ParsedPattern {
    const body = this.#alternatives(false);
    if (this.#cursor.at < this.#cursor.text.length) this.#fail('unmatched closing parenthesis');
    for (const { name, groups, offset } of this.#namedReferences) {
      const numbers = this.#names.get(name);
      if (numbers === undefined) throw new PcreSyntaxError('reference to non-existent group', offset);
      groups.push(...numbers);
    }
    for (const { groups, offset } of this.#references) {
      if (groups.some((group) => group < 1 || group > this.#groupCount)) {
        throw new PcreSyntaxError('reference to non-existent group', offset);
      }
    }
    // With `(?|` a number may stand for several groups, so no lookbehind may refer to any.
    if (this.#hasReset) this.#captures.clear();
    for (const { node, lengths, offset } of this.#lookbehinds) {
      for (const option of node.options) {
        const length = fixedLength(option, this.#captures);
        if (length === undefined)
          throw new PcreSyntaxError('lookbehind assertion is not fixed length', offset);
        if (length > MAX_REPEAT) throw new PcreSyntaxError('lookbehind assertion is too long', offset);
        lengths.push(length);
      }
    }
    return { body, groupCount: this.#groupCount, names: this.#names };
  }

  #fail(message: string, reason?: 'unsupported'): never {
    throw new PcreSyntaxError(message, this.#cursor.at, reason);
  }

  get #char(): string | undefined {
    return this.#cursor.text[this.#cursor.at];
  }

  #accept(text: string): boolean {
    if (!this.#cursor.text.startsWith(text, this.#cursor.at)) return false;
    this.#cursor.at += text.length;
    return true;
  }

  /** Reads alternatives up to `)` or the end; with `reset`, groups are numbered alike in each (`(?|`). */
  #alternatives(reset: boolean): PcreNode {
    const firstGroup = this.#groupCount;
    let lastGroup = firstGroup;
    const options: PcreNode[] = [];
    this.#hasReset ||= reset;
    do {
      if (reset) this.#groupCount = firstGroup;
      options.push(this.#sequence());
      lastGroup = Math.max(lastGroup, this.#groupCount);
    } while (this.#accept('|'));
    this.#groupCount = lastGroup;
    return options.length === 1 ? options[0]! : { type: 'choice', options };
  }

  #sequence(): PcreNode {
    const items: PcreNode[] = [];
    // Whether a quantifier may follow, and then applies to the last item.
    let repeatable = false;
    for (;;) {
      if (this.#skipIgnored()) continue;
      const char = this.#char;
      if (char === undefined || char === '|' || char === ')') break;
      const quantifier = this.#quantifier();
      if (quantifier !== undefined) {
        if (!repeatable) this.#fail('quantifier does not follow a repeatable item');
        items.push(repeat(items.pop()!, ...quantifier, this.#quantifierMode()));
        repeatable = false;
        continue;
      }
      if (this.#accept('\\Q')) {
        repeatable = this.#quotation(items) || repeatable;
        continue;
      }
      if (this.#accept('\\E')) continue;
      const item = this.#item(char);
      if (item === undefined) {
        repeatable = false;
        continue;
      }
      // A word edge is two items, of which a quantifier takes the last.
      if (item.type === 'sequence') items.push(...item.items);
      else items.push(item);
      repeatable = item.type !== 'assert' && item.type !== 'keep';
    }
    return items.length === 0 ? EMPTY : items.length === 1 ? items[0]! : { type: 'sequence', items };
  }

  /** Moves past a comment or, with `x`, white space; says whether there was any. */
  #skipIgnored(): boolean {
    if (this.#accept('(?#')) {
      const end = this.#cursor.text.indexOf(')', this.#cursor.at);
      if (end < 0) this.#fail('missing ) after (?# comment');
      this.#cursor.at = end + 1;
      return true;
    }
    const char = this.#char;
    if (!this.#options.extended || char === undefined) return false;
    if (/[\t-\r ]/.test(char)) {
      this.#cursor.at++;
      return true;
    }
    if (char !== '#') return false;
    const end = this.#cursor.text.indexOf('\n', this.#cursor.at);
    this.#cursor.at = end < 0 ? this.#cursor.text.length : end + 1;
    return true;
  }

  /** Reads what `\Q` quotes; says whether it was anything. */
  #quotation(items: PcreNode[]): boolean {
    const { text, at } = this.#cursor;
    const end = text.indexOf('\\E', at);
    const quoted = text.slice(at, end < 0 ? text.length : end);
    this.#cursor.at = end < 0 ? text.length : end + 2;
    for (const char of quoted) items.push(this.#byte(char.charCodeAt(0)));
    return quoted !== '';
  }

  #quantifier(): [min: number, max: number] | undefined {
    const { text, at } = this.#cursor;
    switch (text[at]) {
      case '*':
        this.#cursor.at++;
        return [0, Infinity];
      case '+':
        this.#cursor.at++;
        return [1, Infinity];
      case '?':
        this.#cursor.at++;
        return [0, 1];
      case '{': {
        const counts = /\{(\d+)(,?)(\d*)\}/y;
        counts.lastIndex = at;
        const match = counts.exec(text);
        if (match === null || (match[2] === '' && match[3] !== '')) return undefined;
        this.#cursor.at += match[0].length;
        const min = Number(match[1]);
        const max = match[2] === '' ? min : match[3] === '' ? Infinity : Number(match[3]);
        if (min > MAX_REPEAT || (max !== Infinity && max > MAX_REPEAT))
          this.#fail('number too big in {} quantifier');
        if (max < min) this.#fail('numbers out of order in {} quantifier');
        return [min, max];
      }
      default:
        return undefined;
    }
  }

  #quantifierMode(): 'greedy' | 'lazy' | 'possessive' {
    while (this.#skipIgnored() || this.#accept('\\E') || this.#accept('\\Q\\E'));
    if (this.#accept('+')) return 'possessive';
    return this.#accept('?') ? 'lazy' : 'greedy';
  }

  /** Reads one item; `undefined` when it only changed the options. */
  #item(char: string): PcreNode | undefined {
    const { text } = this.#cursor;
    switch (char) {
      case '^':
        this.#cursor.at++;
        return { type: 'assert', at: this.#options.multiline ? 'lineStart' : 'start' };
      case '$':
        this.#cursor.at++;
        return { type: 'assert', at: this.#dollar() };
      case '.':
        this.#cursor.at++;
        return { type: 'set', set: this.#options.dotAll ? ANY_BYTE : NOT_NEWLINE };
      case '[':
        return this.#bracket();
      case '(':
        return this.#parenthesis();
      case '\\':
        return this.#escape();
      default:
        this.#cursor.at++;
        return this.#byte(text.charCodeAt(this.#cursor.at - 1));
    }
  }

  #dollar(): 'lineEnd' | 'end' | 'endOrFinalNewline' {
    if (this.#options.multiline) return 'lineEnd';
    return this.#options.dollarEndOnly ? 'end' : 'endOrFinalNewline';
  }

  #byte(byte: number): PcreNode {
    if (byte > 0xff) this.#fail('character code point value is too large');
    if (!this.#options.caseless || !/[A-Za-z]/.test(String.fromCharCode(byte))) return byteNode(byte);
    const set: ByteSet = new Uint8Array(256);
    set[byte] = 1;
    addOtherCase(set);
    return { type: 'set', set };
  }

  #bracket(): PcreNode {
    const { text, at } = this.#cursor;
    for (const [written, behind] of [
      ['[[:<:]]', false],
      ['[[:>:]]', true],
    ] as const) {
      if (this.#accept(written)) return wordEdge(behind);
    }
    if (posixTerminator(text, at) !== undefined) {
      this.#fail('POSIX classes are supported only within a bracketed class');
    }
    const set = readCharacterClass(this.#cursor, {
      caseless: this.#options.caseless,
      ignoreBlanks: this.#options.extendedMore,
      groupsSoFar: this.#groupCount,
    });
    return { type: 'set', set };
  }

  #escape(): PcreNode {
    const offset = this.#cursor.at;
    const escape = readEscape(this.#cursor, false, this.#groupCount);
    switch (escape.type) {
      case 'byte':
        return this.#byte(escape.byte);
      case 'set':
        return { type: 'set', set: escape.set };
      case 'assert':
        return { type: 'assert', at: escape.at };
      case 'newlineSequence':
        return NEWLINE_SEQUENCE;
      case 'keep':
        return { type: 'keep' };
      case 'group':
        return this.#backreference(escape.group, offset);
      case 'quote':
      case 'unquote':
        return EMPTY;
    }
  }

  #backreference(reference: GroupReference, offset: number): PcreNode {
    const groups: number[] = [];
    const node: BackreferenceNode = {
      type: 'backreference',
      groups,
      caseless: this.#options.caseless,
      offset,
    };
    this.#references.push(node);
    if ('name' in reference) {
      this.#namedReferences.push({ name: reference.name, groups, offset });
    } else if (!reference.relative) {
      groups.push(reference.number);
    } else if (reference.number < 0) {
      groups.push(this.#groupCount + reference.number + 1);
    } else {
      groups.push(this.#groupCount + reference.number);
    }
    return node;
  }

  #parenthesis(): PcreNode | undefined {
    const start = this.#cursor.at++;
    if (!this.#accept('?')) {
      if (/^\*[A-Za-z:]/.test(this.#cursor.text.slice(this.#cursor.at, this.#cursor.at + 2))) {
        this.#fail('verbs and alphabetic assertions are not supported', 'unsupported');
      }
      return this.#options.noAutoCapture ? this.#group('group') : this.#capture(undefined, start);
    }
    if (this.#accept(':')) return this.#group('group');
    if (this.#accept('|')) return this.#group('group', true);
    if (this.#accept('>')) return this.#group('atomic');
    if (this.#accept('=')) return this.#look(start, false, false);
    if (this.#accept('!')) return this.#look(start, false, true);
    if (this.#accept('<=')) return this.#look(start, true, false);
    if (this.#accept('<!')) return this.#look(start, true, true);
    if (this.#accept('<') || this.#accept('P<')) return this.#capture('>', start);
    if (this.#accept("'")) return this.#capture("'", start);
    if (this.#accept('P=')) {
      const name = readGroupName(this.#cursor, ')');
      return this.#backreference({ name }, start);
    }
    const next = this.#cursor.text.slice(this.#cursor.at, this.#cursor.at + 2);
    if (/^(?:\*|<\*)/.test(next)) this.#fail('non-atomic assertions are not supported', 'unsupported');
    if (next.startsWith('(')) this.#fail('conditional groups are not supported', 'unsupported');
    if (/^(?:[R&0-9]|[+-]\d|P>)/.test(next)) this.#fail('recursion is not supported', 'unsupported');
    if (next.startsWith('C')) this.#fail('callouts are not supported', 'unsupported');
    return this.#optionSetting();
  }

  /** Reads a group's body and its `)`; options set inside end with it. */
  #body(reset = false): PcreNode {
    if (++this.#nesting > MAX_NESTING) this.#fail('parentheses are too deeply nested');
    const outer = this.#options;
    const body = this.#alternatives(reset);
    this.#options = outer;
    if (!this.#accept(')')) this.#fail('missing closing parenthesis');
    this.#nesting--;
    return body;
  }

  #group(type: 'group' | 'atomic', reset = false): PcreNode {
    return { type, body: this.#body(reset) };
  }

  #capture(nameTerminator: string | undefined, offset: number): PcreNode {
    const index = ++this.#groupCount;
    if (nameTerminator !== undefined) this.#nameGroup(readGroupName(this.#cursor, nameTerminator), index);
    const body = this.#body();
    const node: CaptureNode = { type: 'capture', index, body, start: offset, end: this.#cursor.at };
    this.#captures.set(index, node);
    return node;
  }

  #nameGroup(name: string, index: number): void {
    const known = this.#nameOfGroup.get(index);
    if (known !== undefined && known !== name) {
      this.#fail('different names for groups of the same number are not allowed');
    }
    this.#nameOfGroup.set(index, name);
    const numbers = this.#names.get(name) ?? [];
    if (!numbers.includes(index)) numbers.push(index);
    this.#names.set(name, numbers);
  }

  #look(offset: number, behind: boolean, negative: boolean): PcreNode {
    const body = this.#body();
    const lengths: number[] = [];
    const options = body.type === 'choice' ? body.options : [body];
    const node: LookNode = { type: 'look', behind, negative, options, lengths };
    if (hasKeep(body)) this.#fail('\\K is not allowed in lookarounds');
    if (behind) this.#lookbehinds.push({ node, lengths, offset });
    return node;
  }

  /** Reads `i-s)` or `i-s:…)`. */
  #optionSetting(): PcreNode | undefined {
    const outer = this.#options;
    let options = outer;
    let on = true;
    if (this.#accept('^')) {
      options = {
        ...outer,
        caseless: false,
        dotAll: false,
        multiline: false,
        extended: false,
        extendedMore: false,
        noAutoCapture: false,
      };
    }
    const mayNegate = options === outer;
    for (;;) {
      if (this.#accept(')')) {
        this.#options = options;
        return undefined;
      }
      if (this.#accept(':')) {
        this.#options = options;
        const node = this.#group('group');
        this.#options = outer;
        return node;
      }
      if (this.#accept('-')) {
        if (!on || !mayNegate) this.#fail('invalid hyphen in option setting');
        on = false;
      } else if (this.#accept('xx')) options = { ...options, extended: on, extendedMore: on };
      else if (this.#accept('x')) options = { ...options, extended: on, extendedMore: false };
      else if (this.#accept('i')) options = { ...options, caseless: on };
      else if (this.#accept('s')) options = { ...options, dotAll: on };
      else if (this.#accept('m')) options = { ...options, multiline: on };
      else if (this.#accept('n')) options = { ...options, noAutoCapture: on };
      else if (!this.#accept('J')) {
        this.#fail(
          this.#char === undefined ? 'missing closing parenthesis' : 'unrecognised character after (?',
        );
      }
    }
  }
}

/** `[[:<:]]` and `[[:>:]]`: the beginning and the end of a word. */
function wordEdge(behind: boolean): PcreNode {
  const word: PcreNode = { type: 'set', set: WORD_BYTES };
  const look: LookNode = {
    type: 'look',
    behind,
    negative: false,
    options: [word],
    lengths: behind ? [1] : [],
  };
  return { type: 'sequence', items: [{ type: 'assert', at: 'wordBoundary' }, look] };
}

function hasKeep(node: PcreNode): boolean {
  switch (node.type) {
    case 'keep':
      return true;
    case 'sequence':
      return node.items.some(hasKeep);
    case 'choice':
      return node.options.some(hasKeep);
    case 'group':
    case 'capture':
    case 'atomic':
    case 'repeat':
      return hasKeep(node.body);
    default:
      return false;
  }
}

function repeat(body: PcreNode, min: number, max: number, mode: 'greedy' | 'lazy' | 'possessive'): PcreNode {
  if (min === 1 && max === 1) return mode === 'possessive' ? { type: 'atomic', body } : body;
  return { type: 'repeat', body, min, max, mode };
}
