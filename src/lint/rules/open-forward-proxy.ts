import type { LintRule } from '../rule.ts';

const RESTRICTING = /^require\s+(?!all\s+granted)/i;

/** ProxyRequests On without a restrictive <Proxy "*"> makes an open proxy. */
export const openForwardProxy: LintRule = {
  name: 'open-forward-proxy',
  severity: 'error',
  summary: 'ProxyRequests On without a restrictive <Proxy "*"> makes an open proxy',
  isSecurity: true,
  wave: 1,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds `ProxyRequests On` that no access rule for all proxied URLs goes with.',
    why: 'Anybody can then use the server to reach other hosts, inside and outside, under its address.',
    howToFix: 'Switch it off: a reverse proxy never needs it.',
    evidence: ['mod_proxy manual, "Controlling Access to Your Proxy"'],
    bad: [{ text: 'ProxyRequests On\n' }],
    good: [{ text: 'ProxyRequests Off\n' }],
  },
  check(model, report) {
    const isRestricted = [...model.sectionsNamed('proxy'), ...model.sectionsNamed('proxymatch')].some(
      ({ node }) =>
        /^(\*|\.\*|\^?\.\*\$?)$/.test(node.args[0]?.text ?? '') &&
        node.children.some(
          (child) =>
            (child.kind === 'directive' &&
              (RESTRICTING.test(`${child.name.text} ${child.argsText}`) ||
                /^deny$/i.test(child.name.text))) ||
            (child.kind === 'section' && /^requirea/i.test(child.name.text)),
        ),
    );
    if (isRestricted) return;
    for (const { node } of model.named('ProxyRequests')) {
      const [word] = node.args;
      if (word?.text.toLowerCase() !== 'on') continue;
      report({
        message: 'ProxyRequests On without a restrictive <Proxy "*"> makes an open proxy',
        span: node.span,
        help: 'switch it off: a reverse proxy never needs it',
        fix: { title: 'Write Off', kind: 'review', edits: [{ span: word.span, text: 'Off' }] },
      });
    }
  },
};
