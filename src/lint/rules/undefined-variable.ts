import { ruleWithOptions } from '../rule.ts';

/** A ${VARIABLE} is not defined; the text stays as it is. */
export const undefinedVariable = ruleWithOptions({
  name: 'undefined-variable',
  severity: 'warning',
  summary: 'A ${VARIABLE} is not defined; the text stays as it is',
  wave: 2,
  needs: [],
  fixable: 'none',
  replaces: ['load/variable-undefined'],
  page: {
    what: 'Finds `${NAME}` in lines that are in force, where nothing defines NAME.',
    why: 'httpd only warns and keeps the text, so the mistake shows at request time as a missing socket or host.',
    howToFix: 'Define it, or give it in the environment.',
    evidence: ['AH00111', 'core manual, Define'],
    bad: [{ text: 'SetHandler "proxy:unix:${PHP_SOCK_UNSET}|fcgi://localhost/"\n' }],
    good: [
      {
        text: 'Define PHP_SOCK_SET /run/php/www.sock\nSetHandler "proxy:unix:${PHP_SOCK_SET}|fcgi://localhost/"\n',
      },
    ],
  },
  options: {
    known: {
      type: 'texts',
      default: [],
      description: "Names that the server's environment has, with values that are not known here",
    },
  },
  check(model, report, { known }) {
    for (const { code, message, span, help } of model.diagnostics) {
      if (code !== 'load/variable-undefined') continue;
      const name = /\$\{([^}]*)\}/.exec(message)?.[1];
      if (name !== undefined && known.includes(name)) continue;
      report({ message, span, help: help ?? 'define it with Define, or give it in the environment' });
    }
  },
});
