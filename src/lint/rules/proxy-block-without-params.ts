import type { LintRule } from '../rule.ts';

/** A <Proxy> block without parameters defines no worker. */
export const proxyBlockWithoutParams: LintRule = {
  name: 'proxy-block-without-params',
  severity: 'warning',
  summary: 'A <Proxy> block without parameters defines no worker',
  wave: 1,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds `<Proxy "fcgi://…">` blocks with neither key=value on the opening line nor a ProxySet inside.',
    why: 'Such a block only holds directives for proxied URLs; it makes no worker, so nothing is pooled and no limit applies. An empty one does nothing at all.',
    howToFix: 'Add parameters to the opening line, or remove the block.',
    evidence: ['mod_proxy manual, ProxySet'],
    bad: [{ text: '<Proxy "fcgi://localhost/">\n</Proxy>\n' }],
    good: [
      { text: '<Proxy "fcgi://localhost/" enablereuse=on max=10>\n</Proxy>\n' },
      { text: '<Proxy "fcgi://localhost/">\n  ProxySet timeout=30\n</Proxy>\n' },
    ],
  },
  check(model, report) {
    const lines = new Map(model.workerLines.map((line) => [line.at, line]));
    for (const section of model.sectionsNamed('proxy')) {
      const line = lines.get(section);
      if (!line || line.url.scheme === 'balancer' || !line.url.isKnown || line.parameters.length > 0)
        continue;
      if (section.node.children.length > 0) continue;
      report({
        message: `<Proxy ${line.url.text}> has no key=value and no ProxySet, so it defines no worker`,
        span: line.urlWord.span,
        help: 'add parameters such as timeout=30, or remove the block',
        fix: {
          title: 'Add timeouts',
          kind: 'review',
          edits: [
            {
              span: { ...line.urlWord.span, start: line.urlWord.span.end },
              text: ' connectiontimeout=2 timeout=60',
            },
          ],
        },
      });
    }
  },
};
