import type { LintRule } from '../rule.ts';

/** Parameters are ignored because the line shares a worker defined earlier. */
export const workerParamsIgnored: LintRule = {
  name: 'worker-params-ignored',
  severity: 'warning',
  summary: 'Parameters are ignored because the line shares a worker defined earlier',
  wave: 1,
  needs: [],
  fixable: 'none',
  page: {
    what: 'Finds key=value on ProxyPass and BalancerMember lines whose URL an earlier line already covers.',
    why: 'The first line owns the worker. Later lines share it and lose their parameters; a shorter URL defined first captures longer ones of the same host.',
    howToFix: 'Put the longest URL first, or set the parameters once with ProxySet.',
    evidence: ['mod_proxy manual, "Worker Sharing"', 'AH01146'],
    bad: [
      {
        text: 'ProxyPass "/a/" "fcgi://127.0.0.1:9000/"  timeout=60\nProxyPass "/b" "fcgi://127.0.0.1:9000/b" timeout=10\n',
      },
    ],
    good: [
      {
        text: 'ProxyPass "/b" "fcgi://127.0.0.1:9000/b" timeout=10\nProxyPass "/a/" "fcgi://127.0.0.1:9000/"  timeout=60\n',
      },
    ],
  },
  check(model, report) {
    for (const worker of model.workers) {
      const [owner, ...sharing] = worker.lines;
      for (const line of sharing) {
        if (line.by === 'Proxy' || line.by === 'ProxySet' || !line.url.isKnown) continue;
        for (const parameter of line.parameters) {
          const inForce = owner?.parameters.find((candidate) => candidate.key === parameter.key);
          if (inForce?.value === parameter.value) continue;
          report({
            message: `${parameter.key}=${parameter.value} is ignored: ${line.url.text} shares the worker ${worker.name}`,
            span: parameter.span,
            related: [{ message: 'the worker is defined here', span: owner!.urlWord.span }],
            help: 'put the longer URL first, or set the parameter with ProxySet',
          });
        }
      }
    }
  },
};
