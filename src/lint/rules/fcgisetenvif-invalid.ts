import type { LintRule } from '../rule.ts';

/** A ProxyFCGISetEnvIf line is refused. */
export const fcgisetenvifInvalid: LintRule = {
  name: 'fcgisetenvif-invalid',
  severity: 'error',
  summary: 'A ProxyFCGISetEnvIf line is refused',
  wave: 1,
  needs: [],
  fixable: 'safe',
  replaces: ['bind/invalid', 'syntax/argument-count'],
  page: {
    what: 'Finds broken expressions, values behind the unset form, and empty names in ProxyFCGISetEnvIf.',
    why: 'httpd refuses to start.',
    howToFix: 'Quote the condition; write `!NAME` alone to remove a variable.',
    evidence: ['mod_proxy_fcgi manual, ProxyFCGISetEnvIf'],
    bad: [{ text: 'ProxyFCGISetEnvIf "true" !REMOTE_ADDR "x"\n' }],
    good: [{ text: 'ProxyFCGISetEnvIf "true" !REMOTE_ADDR\n' }],
  },
  check(model, report) {
    for (const { node } of model.named('ProxyFCGISetEnvIf')) {
      const problem = model.diagnostics.find(
        ({ code, severity, span }) =>
          severity === 'error' &&
          (code === 'bind/invalid' || code === 'syntax/argument-count') &&
          span.file === node.span.file &&
          span.start >= node.span.start &&
          span.end <= node.span.end,
      );
      if (!problem) continue;
      const [, name, value] = node.args;
      const isUnset = name?.text.startsWith('!') === true && name.text.length > 1 && value !== undefined;
      report({
        message: isUnset ? `${name.text} removes a variable and takes no value` : problem.message,
        span: isUnset ? value.span : problem.span,
        ...(problem.help !== undefined && { help: problem.help }),
        ...(isUnset && {
          fix: {
            title: 'Leave the value out',
            kind: 'safe' as const,
            edits: [{ span: { ...value.span, start: name.span.end, end: value.span.end }, text: '' }],
          },
        }),
      });
    }
  },
};
