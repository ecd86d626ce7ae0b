import type { Fix, RelatedPlace, Severity } from '../diagnostics/diagnostic.ts';
import type { Span } from '../source/source.ts';
import type { LintModel } from './model/model.ts';
import type { OptionTable, OptionValues, ValuesOf } from './options.ts';

/** What a rule must know besides the configuration's text: modules, target version, target's files, PHP-FPM pools. */
export type Need = 'modules' | 'version' | 'files' | 'pools';

/** What a rule finds at one place. */
export interface Finding {
  readonly message: string;
  readonly span: Span;
  /** Another than the rule's own: raised or lowered by what is known. */
  readonly severity?: Severity;
  readonly related?: readonly RelatedPlace[];
  readonly help?: string;
  readonly fix?: Fix;
}

/** A configuration that shows a rule at work; each stands in the tests and on the rule's page. */
export interface RuleExample {
  readonly title?: string;
  readonly text: string;
}

/** What the page of a rule says, in our own words. */
export interface RulePage {
  readonly what: string;
  readonly why: string;
  readonly howToFix: string;
  /** Manual sections, bug numbers and log numbers that the rule rests on. */
  readonly evidence: readonly string[];
  /** Complete fragments: each bad one gives at least one finding of this rule, no good one does. */
  readonly bad: readonly RuleExample[];
  readonly good: readonly RuleExample[];
}

/** One lint rule, in a file of its own. */
export interface LintRule {
  /** `proxypass-shadowed`; also its file and its page. */
  readonly name: string;
  readonly severity: Severity;
  /** One line for lists. */
  readonly summary: string;
  readonly isSecurity?: true;
  readonly wave: 1 | 2;
  readonly needs: readonly Need[];
  /** What kind of fix its findings may carry. */
  readonly fixable: 'safe' | 'review' | 'none';
  readonly page: RulePage;
  /** What a settings file may set beside the level. */
  readonly options?: OptionTable;
  /** Codes of parse and bind diagnostics that a finding on the same line says better: they are left out then. */
  readonly replaces?: readonly string[];
  /** Reports every place in the model where the rule is broken. Must not throw for any configuration. */
  check(model: LintModel, report: (finding: Finding) => void, options: OptionValues): void;
}

/** A rule with options: its check gets a value of the declared kind for each of them. */
export interface RuleWithOptions<T extends OptionTable> extends Omit<LintRule, 'options' | 'check'> {
  readonly options: T;
  check(model: LintModel, report: (finding: Finding) => void, options: ValuesOf<T>): void;
}

/** The rule itself; ties the kinds of its options to what its check is given. */
export function ruleWithOptions<const T extends OptionTable>(rule: RuleWithOptions<T>): LintRule {
  return rule;
}
