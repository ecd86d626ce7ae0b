import type { Severity } from '../diagnostics/diagnostic.ts';
import { allRules, type RuleInfo, type RuleLevel } from './built-in.ts';

export const PRESETS = ['recommended', 'strict', 'security', 'migration', 'fpm'] as const;
export type Preset = (typeof PRESETS)[number];

/** Rules about what an upgrade or a move to the gateway changes. */
const MIGRATION: ReadonlySet<string> = new Set([
  'mod-php-leftover',
  'legacy-access-control',
  'mixed-access-control',
  'removed-or-renamed-directive',
  'version-gated-feature',
  'directive-not-served',
  'missing-module',
  'undefined-variable',
]);

/** Rules about PHP-FPM and other FastCGI backends go by these parts of their names. */
const FPM = /fcgi|fpm|php|sethandler|reuse|worker|proxy-block|uds-|handler|backendtype|chunked-upload/;

/** Stricter by one: what was a hint for people becomes something that fails a check. */
const RAISED: Readonly<Record<Severity, Exclude<Severity, 'hint'>>> = {
  hint: 'info',
  info: 'warning',
  warning: 'error',
  error: 'error',
};

/** The levels that a preset gives to rules; one that is not named keeps its own. */
export function levelsOf(preset: Preset): ReadonlyMap<string, RuleLevel> {
  switch (preset) {
    case 'recommended':
      return new Map();
    case 'strict':
      return new Map(allRules().map((rule) => [rule.name, RAISED[rule.severity]]));
    case 'security':
      return onlyWhere((rule) => rule.isSecurity === true);
    case 'migration':
      return onlyWhere((rule) => MIGRATION.has(rule.name));
    case 'fpm':
      return onlyWhere((rule) => FPM.test(rule.name));
  }
}

function onlyWhere(isIn: (rule: RuleInfo) => boolean): ReadonlyMap<string, RuleLevel> {
  return new Map(allRules().flatMap((rule) => (isIn(rule) ? [] : [[rule.name, 'off' as const]])));
}
