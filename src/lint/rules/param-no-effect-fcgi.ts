import type { LintRule } from '../rule.ts';
import { removeLines, removeWord } from '../edits.ts';

const KEYS: ReadonlySet<string> = new Set(['ping', 'responsefieldsize', 'upgrade', 'secret', 'flusher']);
const DIRECTIVES = [
  'ProxyPassReverse',
  'ProxyPassReverseCookiePath',
  'ProxyPassReverseCookieDomain',
  'ProxyPreserveHost',
  'ProxyAddHeaders',
];

/** A parameter or directive has no effect on FastCGI backends. */
export const paramNoEffectFcgi: LintRule = {
  name: 'param-no-effect-fcgi',
  severity: 'warning',
  summary: 'A parameter or directive has no effect on FastCGI backends',
  wave: 2,
  needs: [],
  fixable: 'safe',
  page: {
    what: 'Finds `ping`, `responsefieldsize`, `upgrade`, `secret` and `flusher` on fcgi workers, and ProxyPassReverse and the like where every backend is FastCGI.',
    why: 'Only the modules of other protocols look at them.',
    howToFix: 'Remove them.',
    evidence: ['mod_proxy manual, parameter notes'],
    bad: [{ text: 'ProxyPass "/a/" "fcgi://127.0.0.1:9000/" ping=1\n' }],
    good: [{ text: 'ProxyPass "/a/" "fcgi://127.0.0.1:9000/" connectiontimeout=2\n' }],
  },
  check(model, report) {
    const { sources } = model.loaded;
    for (const line of model.workerLines) {
      if (line.url.scheme !== 'fcgi') continue;
      for (const parameter of line.parameters) {
        if (!KEYS.has(parameter.key)) continue;
        report({
          message: `${parameter.key} has no effect on FastCGI backends`,
          span: parameter.span,
          fix: {
            title: `Remove ${parameter.key}`,
            kind: 'safe',
            edits: [removeWord(sources, parameter.span)],
          },
        });
      }
    }
    const schemes = new Set(
      [...model.workerLines, ...model.handlers].flatMap(({ url }) =>
        url && url.scheme !== 'balancer' ? [url.scheme] : [],
      ),
    );
    if (schemes.size !== 1 || !schemes.has('fcgi') || !model.isComplete) return;
    for (const { name, node } of DIRECTIVES.flatMap((directive) => model.named(directive))) {
      report({
        message: `${name} has no effect: every backend here is FastCGI`,
        span: node.span,
        fix: { title: 'Remove the line', kind: 'safe', edits: [removeLines(sources, node.span)] },
      });
    }
  },
};
