import type { LintRule } from '../rule.ts';

/** SetEnv no-proxy runs too late. */
export const noProxyNeedsSetenvif: LintRule = {
  name: 'no-proxy-needs-setenvif',
  severity: 'error',
  summary: 'SetEnv no-proxy runs too late',
  wave: 2,
  needs: [],
  fixable: 'safe',
  page: {
    what: 'Finds `SetEnv` for variables that mod_proxy reads while it maps the URL.',
    why: 'SetEnv is carried out after the URL was mapped, so the variable is not seen.',
    howToFix: 'Use SetEnvIf.',
    evidence: ['mod_proxy manual, "Protocol Adjustments"'],
    bad: [{ text: 'SetEnv no-proxy 1\n' }],
    good: [{ text: 'SetEnvIf Request_URI "^/static/" no-proxy\n' }],
  },
  check(model, report) {
    for (const { node } of model.named('SetEnv')) {
      const [name, value] = node.args;
      if (name?.text.toLowerCase() !== 'no-proxy') continue;
      const written = value && value.text !== '1' ? `no-proxy=${value.text}` : 'no-proxy';
      const end = value?.span.end ?? name.span.end;
      const isPlain = !value || /^[\w.-]*$/.test(value.text);
      report({
        message: 'SetEnv no-proxy runs too late; use SetEnvIf',
        span: node.span,
        help: `write SetEnvIf Request_URI "." ${written}`,
        ...(isPlain && {
          fix: {
            title: 'Use SetEnvIf',
            kind: 'safe' as const,
            edits: [
              {
                span: { ...node.span, start: node.name.span.start, end },
                text: `SetEnvIf Request_URI "." ${written}`,
              },
            ],
          },
        }),
      });
    }
  },
};
