import type { LintRule } from '../rule.ts';
import type { ModelWorker, Parameter } from '../model/model.ts';
import { removeWord } from '../edits.ts';

const KEYS = ['ttl', 'smax', 'min', 'keepalive'];

/** Whether every `<Proxy>` block keeps a parameter, without which it would define no worker. */
function leavesParameters({ lines }: ModelWorker, removed: readonly Parameter[]): boolean {
  return lines.every(
    ({ by, parameters }) =>
      (by !== 'Proxy' && by !== 'ProxySet') || parameters.some((one) => !removed.includes(one)),
  );
}

/** Pool parameters do nothing without enablereuse=on. */
export const poolParamsWithoutReuse: LintRule = {
  name: 'pool-params-without-reuse',
  severity: 'warning',
  summary: 'Pool parameters do nothing without enablereuse=on',
  wave: 2,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds `ttl`, `smax`, `min` and `keepalive` on fcgi workers that close each connection.',
    why: 'Reuse is opt-in for FastCGI; without it there is no idle connection to limit.',
    howToFix: 'Add `enablereuse=on` with a `max`, or remove them.',
    evidence: ['mod_proxy_fcgi manual on connection reuse'],
    bad: [{ text: '<Proxy "fcgi://localhost/" ttl=30 smax=5>\n</Proxy>\n' }],
    good: [{ text: '<Proxy "fcgi://localhost/" enablereuse=on max=10 ttl=30>\n</Proxy>\n' }],
  },
  check(model, report) {
    for (const worker of model.workers) {
      if (worker.url.scheme !== 'fcgi' || worker.parameter('enablereuse') || worker.parameter('disablereuse'))
        continue;
      const [first, ...others] = KEYS.flatMap((key) => worker.parameter(key) ?? []);
      const words = [first, ...others].flatMap((parameter) => parameter ?? []);
      if (!first) continue;
      report({
        message: `${[first, ...others].map(({ key }) => key).join(', ')} ${others.length > 0 ? 'do' : 'does'} nothing: FastCGI workers close connections unless enablereuse=on`,
        span: first.span,
        help: 'add enablereuse=on with a max, or remove the parameter',
        ...(leavesParameters(worker, words) && {
          fix: {
            title: 'Remove what does nothing',
            kind: 'review' as const,
            edits: words.map(({ span }) => removeWord(model.loaded.sources, span)),
          },
        }),
      });
    }
  },
};
