import type { LintRule } from '../rule.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import type { ConfigNode, DirectiveNode } from '../../syntax/tree.ts';
import { wholeLines } from '../edits.ts';
import type { LintModel, PlacedDirective } from '../model/model.ts';

const LEGACY = /^(order|allow|deny|satisfy)$/i;

/** The four shapes that mean the same in both systems. */
const SHAPES: ReadonlyMap<string, string> = new Map([
  ['deny,allow;deny from all', 'Require all denied'],
  ['allow,deny;deny from all', 'Require all denied'],
  ['allow,deny;allow from all', 'Require all granted'],
  ['deny,allow;allow from all', 'Require all granted'],
]);

/** The fix of a scope that holds nothing but one of the standard shapes. */
function standardFix(model: LintModel, at: PlacedDirective): Fix | undefined {
  const siblings: readonly ConfigNode[] = at.sections.at(-1)?.node.children ?? [];
  const lines = siblings.filter(
    (node): node is DirectiveNode => node.kind === 'directive' && LEGACY.test(node.name.text),
  );
  const hasRequire = siblings.some((node) => /^require/i.test(node.name.text));
  const order = lines.find((line) => /^order$/i.test(line.name.text));
  const others = lines.filter((line) => line !== order);
  if (hasRequire || !order || others.length !== 1 || lines[0] !== at.node) return undefined;
  const [rule] = others;
  const shape = `${order.args[0]?.text.toLowerCase()};${rule!.name.text.toLowerCase()} ${rule!.args.map((word) => word.text.toLowerCase()).join(' ')}`;
  const replacement = SHAPES.get(shape);
  if (replacement === undefined || order.span.file !== rule!.span.file) return undefined;
  const [first, second] = [order, rule!].sort((a, b) => a.span.start - b.span.start);
  return {
    title: `Write ${replacement}`,
    kind: 'safe',
    edits: [
      { span: first!.span, text: replacement },
      { span: wholeLines(model.loaded.sources, second!.span), text: '' },
    ],
  };
}

/** Order, Allow, Deny and Satisfy are syntax of httpd 2.2. */
export const legacyAccessControl: LintRule = {
  name: 'legacy-access-control',
  severity: 'warning',
  summary: 'Order, Allow, Deny and Satisfy are syntax of httpd 2.2',
  wave: 2,
  needs: [],
  fixable: 'safe',
  page: {
    what: 'Finds the access rules of httpd 2.2.',
    why: 'They need mod_access_compat, are easy to get backwards, and mix badly with Require.',
    howToFix: 'Use Require.',
    evidence: ['"Upgrading to 2.4 from 2.2", access control'],
    bad: [{ text: '<Directory "/srv">\n  Order deny,allow\n  Deny from all\n</Directory>\n' }],
    good: [{ text: '<Directory "/srv">\n  Require all denied\n</Directory>\n' }],
  },
  check(model, report) {
    const seen = new Set<unknown>();
    for (const at of model.directives) {
      if (!LEGACY.test(at.name)) continue;
      const scope = at.sections.at(-1)?.node;
      if (seen.has(scope)) continue;
      seen.add(scope);
      const fix = standardFix(model, at);
      report({
        message: 'Order, Allow, Deny and Satisfy are syntax of httpd 2.2; use Require',
        span: at.node.span,
        ...(fix && { fix }),
        help: fix?.title ?? 'see "Upgrading to 2.4 from 2.2", access control',
      });
    }
  },
};
