import type { LintRule } from '../rule.ts';
import { suggestNames } from '../../diagnostics/suggest.ts';
import { BALANCER_KEYS, judge, targetOf, WORKER_KEYS } from '../model/parameters.ts';

/** So many slips of the pen leave no doubt about what was meant. */
const MOST_SLIPS = 2;

/** A key=value parameter is none that mod_proxy knows. */
export const unknownProxyParam: LintRule = {
  name: 'unknown-proxy-param',
  severity: 'error',
  summary: 'A key=value parameter is none that mod_proxy knows',
  wave: 1,
  needs: [],
  fixable: 'safe',
  replaces: ['bind/invalid'],
  page: {
    what: 'Finds misspelt parameters on ProxyPass, BalancerMember, ProxySet and `<Proxy>`.',
    why: 'httpd refuses to start.',
    howToFix: 'Use the name from the parameter tables of mod_proxy.',
    evidence: ['mod_proxy manual, parameter tables of ProxyPass'],
    bad: [{ text: 'ProxyPass "/a/" "fcgi://127.0.0.1:9000/" connectionTimout=5\n' }],
    good: [{ text: 'ProxyPass "/a/" "fcgi://127.0.0.1:9000/" connectiontimeout=5\n' }],
  },
  check(model, report) {
    for (const line of model.workerLines) {
      for (const parameter of line.parameters) {
        if (judge(line, parameter).kind !== 'unknown') continue;
        const keys = targetOf(line) === 'worker' ? WORKER_KEYS : BALANCER_KEYS;
        const near = suggestNames(parameter.key, keys);
        // What is further away may mean something else.
        const isSlip = near.length === 1 && suggestNames(parameter.key, keys, MOST_SLIPS).length === 1;
        const { text } = model.loaded.sources.files[parameter.span.file]!;
        const start = parameter.span.start + (/["']/.test(text[parameter.span.start] ?? '') ? 1 : 0);
        report({
          message: `Unknown parameter ${parameter.key}`,
          span: parameter.span,
          ...(near.length > 0 && { help: `did you mean ${near.join(', ')}?` }),
          ...(near.length > 0 && {
            fix: {
              title: `Write ${near[0]}`,
              kind: isSlip ? ('safe' as const) : ('review' as const),
              edits: [
                { span: { ...parameter.span, start, end: start + parameter.key.length }, text: near[0]! },
              ],
            },
          }),
        });
      }
    }
  },
};
