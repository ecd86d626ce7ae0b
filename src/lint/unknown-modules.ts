import { directiveNames } from '../../grammar/catalogue/index.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { suggestNames } from '../diagnostics/suggest.ts';
import { compileFnmatch } from '../pattern/fnmatch.ts';
import { textOf } from '../source/line-index.ts';
import { UNKNOWN_MODULE } from './built-in.ts';
import type { LintOutcome } from './lint.ts';
import type { OptionValues } from './options.ts';

/**
 * The outcome with what modules outside httpd leave in doubt: where one is loaded, an unknown directive may be its own,
 * unless it is nearly one of httpd's. Such findings are the rule's, so that they can be silenced.
 *
 * @param options those of the rule `unknown-module`
 */
export function withUnknownModules(outcome: LintOutcome, options: OptionValues): LintOutcome {
  const { sources, diagnostics } = outcome;
  const accepted = options['modules'] as readonly string[];
  const known = (options['directives'] as readonly string[]).map((name) =>
    compileFnmatch(name, { caseless: true }),
  );
  const modules = diagnostics.filter(({ code }) => code === 'load/module-unknown');
  if (modules.length === 0 && (known.length === 0 || outcome.diagnostics.length === 0)) return outcome;
  const names = modules.map(({ span }) => textOf(sources, span));
  const judged = diagnostics.flatMap((diagnostic): Diagnostic[] => {
    const { code, span } = diagnostic;
    if (code === 'load/module-unknown') {
      const name = textOf(sources, span);
      return accepted.includes(name)
        ? []
        : [
            {
              code: UNKNOWN_MODULE,
              severity: 'warning',
              message: `${name} is no module of httpd: what its directives do is not known here`,
              span,
              help: 'name it in the option "modules" of this rule when that is well',
            },
          ];
    }
    if (code !== 'bind/unknown-directive') return [diagnostic];
    const name = textOf(sources, span).replace(/^</, '');
    if (known.some((matches) => matches(name))) return [];
    if (names.length === 0 || isNearlyKnown(name)) return [diagnostic];
    return [
      {
        code: UNKNOWN_MODULE,
        severity: 'info',
        message: `${name} is no directive of httpd; it may be one of ${names.join(', ')}`,
        span,
        help: 'name it in the option "directives" of this rule when that is so',
      },
    ];
  });
  return { ...outcome, diagnostics: judged };
}

/** Whether a name is a directive of httpd with a slip of the pen, or of a module that is not loaded. */
function isNearlyKnown(name: string): boolean {
  const lower = name.toLowerCase();
  return suggestNames(lower, directiveNames(), 2).length > 0;
}
