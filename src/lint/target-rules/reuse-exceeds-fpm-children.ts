import { ruleWithOptions } from '../rule.ts';
import type { LintModel } from '../model/model.ts';
import { backendUses, poolOf } from './pools.ts';

/** How many processes httpd runs at most, as the configuration says it; 1 when it does not. */
function processesOf(model: LintModel): number {
  const numberOf = (name: string): number => Number(model.named(name).at(-1)?.node.args[0]?.text);
  const processes = Math.ceil(numberOf('MaxRequestWorkers') / numberOf('ThreadsPerChild'));
  return Number.isFinite(processes) && processes > 0 ? processes : 1;
}

/** More connections may be kept open than the pool has children. */
export const reuseExceedsFpmChildren = ruleWithOptions({
  name: 'reuse-exceeds-fpm-children',
  severity: 'error',
  summary: 'More connections may be kept open than the PHP-FPM pool has children',
  wave: 2,
  needs: ['pools'],
  fixable: 'none',
  page: {
    what: 'Compares `max` of workers with `enablereuse=on` to `pm.max_children` of the pool that they lead to.',
    why: 'PHP-FPM binds a child to each open connection. When every child is held by a kept connection that is idle, new requests wait until they time out. In httpd `max` counts for each server process.',
    howToFix:
      'Set `max` well below `pm.max_children` divided by the number of server processes, with a `ttl`, or leave reuse off.',
    evidence: ['mod_proxy manual, worker parameter max', 'PHP manual, pm.max_children'],
    bad: [
      {
        title: 'The pool has `pm.max_children = 5`',
        text: '<Proxy "fcgi://127.0.0.1:9000/" enablereuse=on max=10>\n</Proxy>\n<FilesMatch "\\.ph(?:ar|p|tml)$">\n  SetHandler "proxy:fcgi://127.0.0.1:9000/"\n</FilesMatch>\n',
      },
    ],
    good: [
      {
        text: '<Proxy "fcgi://127.0.0.1:9000/" enablereuse=on max=2 ttl=5>\n</Proxy>\n<FilesMatch "\\.ph(?:ar|p|tml)$">\n  SetHandler "proxy:fcgi://127.0.0.1:9000/"\n</FilesMatch>\n',
      },
    ],
  },
  options: {
    processes: {
      type: 'count',
      default: 0,
      min: 0,
      max: 100_000,
      description:
        'Server processes that keep connections of their own; 0: MaxRequestWorkers by ThreadsPerChild where both are set, else 1',
    },
  },
  check(model, report, { processes: given }) {
    const processes = given === 0 ? processesOf(model) : given;
    for (const { url, worker, span } of backendUses(model)) {
      const pool = poolOf(model, url);
      const max = worker?.parameter('max');
      if (pool?.maxChildren === undefined || !max || !/^[0-9]+$/.test(max.value)) continue;
      if (worker?.parameter('enablereuse')?.value.toLowerCase() !== 'on') continue;
      const kept = Number(max.value) * processes;
      if (kept <= pool.maxChildren) continue;
      report({
        message:
          processes === 1
            ? `Up to ${kept} connections are kept by each server process, but pool ${pool.name} has pm.max_children=${pool.maxChildren}`
            : `Up to ${kept} connections are kept (max ${max.value} in ${processes} processes), but pool ${pool.name} has pm.max_children=${pool.maxChildren}`,
        span: max.span,
        related: [{ message: 'the pool is reached from here', span }],
        help: 'set max well below pm.max_children, or leave reuse off',
      });
    }
  },
});
