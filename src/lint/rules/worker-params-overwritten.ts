import type { LintRule } from '../rule.ts';
import type { Parameter } from '../model/model.ts';

/** A parameter is overwritten further down without a word from httpd. */
export const workerParamsOverwritten: LintRule = {
  name: 'worker-params-overwritten',
  severity: 'warning',
  summary: 'A parameter is overwritten further down without a word from httpd',
  wave: 2,
  needs: [],
  fixable: 'none',
  page: {
    what: 'Finds `<Proxy>` and ProxySet lines that set a parameter of a worker to another value than an earlier one.',
    why: 'Two files tune the same backend, and the later one wins silently.',
    howToFix: 'Set each parameter in one place.',
    evidence: ['mod_proxy manual, ProxySet'],
    bad: [
      {
        text: '<Proxy "fcgi://localhost/" timeout=30>\n</Proxy>\n<Proxy "fcgi://localhost/" timeout=300>\n</Proxy>\n',
      },
    ],
    good: [{ text: '<Proxy "fcgi://localhost/" timeout=300>\n</Proxy>\n' }],
  },
  check(model, report) {
    for (const worker of model.workers) {
      const inForce = new Map<string, Parameter>();
      worker.lines.forEach((line, i) => {
        if (i > 0 && line.by !== 'Proxy' && line.by !== 'ProxySet') return;
        for (const parameter of i > 0 && line.url.isKnown ? line.parameters : []) {
          const earlier = inForce.get(parameter.key);
          if (!earlier || earlier.value === parameter.value) continue;
          report({
            message: `${parameter.key}=${parameter.value} overwrites ${earlier.value} for the worker ${worker.name}`,
            span: parameter.span,
            related: [{ message: 'the value that is lost', span: earlier.span }],
            help: 'set the parameter in one place',
          });
        }
        for (const parameter of line.parameters) inForce.set(parameter.key, parameter);
      });
    }
  },
};
