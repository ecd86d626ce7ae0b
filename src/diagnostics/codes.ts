import type { Span } from '../source/source.ts';
import type { Diagnostic, Severity } from './diagnostic.ts';

/** What a code stands for. */
export interface CodeInfo {
  /** What is wrong, in general, for lists of codes. */
  readonly summary: string;
  readonly severity: Severity;
  /** httpd's log number for the same thing. */
  readonly ah?: string;
}

/** Every code of the front end, by what finds it: the structure of a text, reading, binding, planning. */
export const CODES = {
  'syntax/section-not-closed': { summary: 'A section is still open where its file ends', severity: 'error' },
  'syntax/wrong-close-tag': {
    summary: 'A close tag names another section than the one that is open',
    severity: 'error',
  },
  'syntax/close-without-open': { summary: 'A close tag closes nothing', severity: 'error' },
  'syntax/close-missing-bracket': { summary: 'A close tag lacks its >', severity: 'error' },
  'syntax/missing-bracket': { summary: 'The opening line of a section lacks its >', severity: 'error' },
  'syntax/missing-argument': { summary: 'A section needs an argument', severity: 'error' },
  'syntax/argument-count': { summary: 'A directive has too few or too many arguments', severity: 'error' },
  'syntax/nested-too-deeply': { summary: 'Sections are nested too deeply', severity: 'error' },
  'syntax/line-too-long': { summary: 'A line is longer than httpd reads', severity: 'error' },

  'load/not-allowed-here': { summary: 'A directive may not stand in .htaccess', severity: 'error' },
  'load/file-unreadable': { summary: 'A configuration file cannot be read', severity: 'error' },
  'load/not-a-regular-file': {
    summary: 'An include names something that is no regular file',
    severity: 'error',
    ah: 'AH00554',
  },
  'load/directory-unreadable': { summary: 'A directory of an include cannot be read', severity: 'error' },
  'load/no-match': { summary: 'The wildcard of an Include matches nothing', severity: 'error' },
  'load/include-depth': { summary: 'Includes are nested too deeply', severity: 'error' },
  'load/too-large': {
    summary: 'Includes, macros or variables make the configuration grow beyond all measure',
    severity: 'error',
  },
  'load/variable-undefined': { summary: 'A ${VARIABLE} has no value', severity: 'warning', ah: 'AH00111' },
  'load/variable-name': { summary: 'The name of a variable may not contain a colon', severity: 'error' },
  'load/server-root': { summary: 'ServerRoot names no directory', severity: 'error' },
  'load/runtime-dir': { summary: 'DefaultRuntimeDir names no directory', severity: 'error' },
  'load/module-loaded-twice': {
    summary: 'A module is loaded a second time',
    severity: 'warning',
    ah: 'AH01574',
  },
  'load/module-built-in': { summary: 'A module is compiled in and cannot be loaded', severity: 'error' },
  'load/module-unknown': { summary: 'A module is none that the gateway knows', severity: 'warning' },
  'load/condition-not-closed': {
    summary: 'A condition that holds is still open where its file ends',
    severity: 'warning',
  },
  'load/version-condition': { summary: 'The comparison of <IfVersion> makes no sense', severity: 'error' },
  'load/macro-definition': { summary: 'A macro is defined wrongly', severity: 'error' },
  'load/macro-use': { summary: 'A macro is used wrongly', severity: 'error' },
  'load/macro-redefined': { summary: 'A macro is defined a second time', severity: 'warning', ah: 'AH02802' },
  'load/macro-negative-nesting': {
    summary: 'A macro closes a section that it did not open',
    severity: 'warning',
    ah: 'AH02793',
  },
  'load/macro-unbalanced': {
    summary: 'The sections in a macro do not balance',
    severity: 'warning',
    ah: 'AH02795',
  },
  'load/macro-argument-prefix': {
    summary: 'The name of a macro argument has no $, % or @',
    severity: 'warning',
    ah: 'AH02796',
  },
  'load/macro-argument-overlap': {
    summary: 'One macro argument begins with the name of another',
    severity: 'warning',
    ah: 'AH02797',
  },
  'load/macro-empty-argument': {
    summary: 'A macro is used with an empty value',
    severity: 'warning',
    ah: 'AH02798',
  },
  'load/macro-empty': { summary: 'A macro has no lines', severity: 'warning', ah: 'AH02799' },
  'load/macro-argument-unused': {
    summary: 'A macro argument is never used',
    severity: 'warning',
    ah: 'AH02800',
  },
  'load/trailing-text': { summary: 'Text after the > is ignored', severity: 'warning', ah: 'AH02989' },

  'bind/unknown-directive': { summary: 'No loaded module knows the directive', severity: 'error' },
  'bind/not-allowed-here': { summary: 'A directive may not stand where it does', severity: 'error' },
  'bind/invalid': { summary: 'A directive says something that httpd refuses', severity: 'error' },
  'bind/suspicious': { summary: 'A directive does not do what it seems to', severity: 'warning' },
  'bind/pattern-not-portable': { summary: 'A pattern cannot be carried over exactly', severity: 'error' },
  'plan/invalid': {
    summary: 'Directives that are good on their own contradict each other',
    severity: 'error',
  },
  'plan/worker-shared': {
    summary: 'A line shares the worker of an earlier one',
    severity: 'info',
    ah: 'AH01145',
  },
  'plan/worker-parameter-ignored': {
    summary: 'A worker parameter has no effect, because the worker is shared',
    severity: 'warning',
    ah: 'AH01146',
  },
  'plan/suspicious': {
    summary: 'Directives that are good on their own do not work together',
    severity: 'warning',
  },
} as const satisfies Record<string, CodeInfo>;

export type DiagnosticCode = keyof typeof CODES;

/** What a diagnostic may carry besides its code, message and place. */
export type DiagnosticDetails = Partial<Pick<Diagnostic, 'severity' | 'related' | 'help' | 'fix'>>;

/** A diagnostic with the severity that its code has by default. */
export function diagnostic(
  code: DiagnosticCode,
  message: string,
  span: Span,
  details?: DiagnosticDetails,
): Diagnostic {
  return { code, severity: CODES[code].severity, message, span, ...details };
}
