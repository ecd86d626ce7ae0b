import { ruleWithOptions } from '../rule.ts';
import { isUnserved } from '../model/backend-url.ts';

/** Tells what will be different when the gateway takes over. */
export const directiveNotServed = ruleWithOptions({
  name: 'directive-not-served',
  severity: 'info',
  summary: 'The directive is good httpd configuration, but the gateway does not serve it',
  wave: 1,
  needs: [],
  fixable: 'none',
  replaces: ['bind/suspicious'],
  page: {
    what: 'Finds directives that this gateway checks and does not carry out, with what will be different, and backends of a protocol that it does not speak.',
    why: 'Silence about what is left out is the worst surprise of a migration. Directives whose absence would open a door are errors: serving refuses to start with them.',
    howToFix:
      'Keep httpd in front for what needs it, or write the protection in terms that are served. `--coverage` lists all of them.',
    evidence: ['openlitespeed issue 474, matomo issue 20325'],
    bad: [{ text: '<Location "/admin">\n  SSLVerifyClient require\n</Location>\n' }],
    good: [{ text: '<Location "/admin">\n  Require all denied\n</Location>\n' }],
  },
  options: {
    accepted: {
      type: 'texts',
      default: [],
      description: 'Directives whose loss is accepted, and schemes of backends such as `http`',
    },
  },
  check(model, report, { accepted }) {
    const isAccepted = new Set(accepted.map((name) => name.toLowerCase()));
    const seen = new Set<string>();
    for (const { directive, span, service, note, isSecurity } of model.uses) {
      if (service !== 'not served' || isAccepted.has(directive.replace(/^</, '').toLowerCase())) continue;
      const key = `${directive} ${span.file}`;
      if (!isSecurity && seen.has(key)) continue;
      seen.add(key);
      report({
        message: `${directive.replace(/^</, '')} is not served by this gateway: ${note ?? 'the module is not known'}`,
        span,
        severity: isSecurity ? 'error' : 'info',
        ...(isSecurity && { help: 'serving refuses to start with it, unless --allow-unserved names it' }),
      });
    }
    const backends = [
      ...model.workerLines.map(({ url, urlWord }) => ({ url, word: urlWord })),
      ...model.handlers.flatMap(({ by, url, word }) => (url && by !== 'Action' ? [{ url, word }] : [])),
    ];
    for (const { url, word } of backends) {
      if (!isUnserved(url) || isAccepted.has(url.scheme)) continue;
      report({
        message: `Backends of ${url.scheme}: are not served by this gateway: requests for them are answered with 500`,
        span: word.span,
        severity: 'info',
      });
    }
  },
});
