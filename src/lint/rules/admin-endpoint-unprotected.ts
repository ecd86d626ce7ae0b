import type { LintRule } from '../rule.ts';
import { lineEndOf } from '../edits.ts';

const ADMIN_HANDLERS: ReadonlySet<string> = new Set([
  'balancer-manager',
  'server-status',
  'server-info',
  'ldap-status',
  'md-status',
]);
const ACCESS_RULE = /^(?:require|requireall|requireany|requirenone|deny|authtype|allow)$/i;

/** A status or management page is open to everybody. */
export const adminEndpointUnprotected: LintRule = {
  name: 'admin-endpoint-unprotected',
  severity: 'error',
  summary: 'A status or management page is open to everybody',
  isSecurity: true,
  wave: 1,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds balancer-manager, server-status, server-info and similar handlers without an access rule.',
    why: 'These pages show internals, and the balancer manager changes settings.',
    howToFix: 'Add `Require local` or the addresses of the administrators.',
    evidence: ['mod_status and mod_proxy_balancer manuals'],
    bad: [{ text: '<Location "/balancer-manager">\n  SetHandler balancer-manager\n</Location>\n' }],
    good: [
      {
        text: '<Location "/balancer-manager">\n  SetHandler balancer-manager\n  Require ip 10.0.0.0/8\n</Location>\n',
      },
    ],
  },
  check(model, report) {
    for (const { by, handler, at } of model.handlers) {
      if (by !== 'SetHandler' || !ADMIN_HANDLERS.has(handler.text.toLowerCase())) continue;
      const section = at.sections.at(-1)?.node;
      const hasRule = at.sections.some(({ node }) =>
        node.children.some(
          (child) => ACCESS_RULE.test(child.name.text) && !/^all\s+granted/i.test(child.argsText),
        ),
      );
      const path = section?.args[0]?.text;
      const isCoveredElsewhere = model
        .sectionsNamed('location')
        .some(
          ({ node }) =>
            node !== section &&
            node.args[0]?.text === path &&
            node.children.some((child) => ACCESS_RULE.test(child.name.text)),
        );
      if (hasRule || isCoveredElsewhere) continue;
      const { text } = model.loaded.sources.files[at.node.span.file]!;
      const indent = text.slice(text.lastIndexOf('\n', at.node.span.start - 1) + 1, at.node.span.start);
      const end = at.node.span.end;
      report({
        message: `${handler.text} is reachable without restriction`,
        span: at.node.span,
        severity: model.isComplete ? 'error' : 'warning',
        help: 'add Require local, or the addresses of the administrators',
        fix: {
          title: 'Add Require local',
          kind: 'review',
          edits: [
            {
              span: { ...at.node.span, start: end },
              text: `${lineEndOf(model.loaded.sources, at.node.span)}${indent}Require local`,
            },
          ],
        },
      });
    }
  },
};
