import { textsOf, type JsonValue } from './json.ts';

/** A value that a settings file may set for a rule. */
export type OptionValue = boolean | number | readonly string[];

/** One option of a rule: the kind of its value, what it is without settings, and what it means. */
export type RuleOption =
  | { readonly type: 'flag'; readonly default: boolean; readonly description: string }
  | {
      readonly type: 'count';
      readonly default: number;
      readonly min: number;
      readonly max: number;
      readonly description: string;
    }
  | {
      readonly type: 'texts';
      readonly default: readonly string[];
      /** What each text must look like, as the settings' schema says it too. */
      readonly pattern?: string;
      readonly description: string;
    };

/** The options of a rule by name. */
export type OptionTable = Readonly<Record<string, RuleOption>>;
export type OptionValues = Readonly<Record<string, OptionValue>>;

interface ValueOf {
  flag: boolean;
  count: number;
  texts: readonly string[];
}

/** The values that go with a table of options. */
export type ValuesOf<T extends OptionTable> = { readonly [K in keyof T]: ValueOf[T[K]['type']] };

/** Values for all options of a table: those given, else the defaults. */
export function optionValues(table: OptionTable = {}, given: OptionValues = {}): OptionValues {
  return Object.fromEntries(
    Object.entries(table).map(([name, option]) => [name, given[name] ?? option.default]),
  );
}

/** The value of an option in a settings file; `problem` says what it must be, when it is something else. */
export function readOption(
  option: RuleOption,
  value: JsonValue,
): { readonly value: OptionValue } | { readonly problem: string } {
  switch (option.type) {
    case 'flag':
      return value.kind === 'scalar' && typeof value.value === 'boolean'
        ? { value: value.value }
        : { problem: 'must be true or false' };
    case 'count': {
      const { min, max } = option;
      const count = value.kind === 'scalar' ? value.value : undefined;
      return typeof count === 'number' && Number.isInteger(count) && count >= min && count <= max
        ? { value: count }
        : { problem: `must be a whole number from ${min} to ${max}` };
    }
    case 'texts': {
      const texts = textsOf(value);
      if (!texts) return { problem: 'must be a list of texts' };
      const pattern = option.pattern === undefined ? undefined : new RegExp(option.pattern);
      const bad = texts.find((text) => pattern?.test(text) === false);
      return bad === undefined
        ? { value: texts }
        : { problem: `may not hold ${JSON.stringify(bad)}, which does not match ${option.pattern}` };
    }
  }
}

/** The JSON schema of an option's value. */
export function optionSchema(option: RuleOption): object {
  const { description, default: value } = option;
  switch (option.type) {
    case 'flag':
      return { type: 'boolean', default: value, description };
    case 'count':
      return { type: 'integer', minimum: option.min, maximum: option.max, default: value, description };
    case 'texts': {
      const items = { type: 'string', ...(option.pattern !== undefined && { pattern: option.pattern }) };
      return { type: 'array', items, default: value, description };
    }
  }
}
