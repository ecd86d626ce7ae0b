import type { LintRule } from '../rule.ts';
import { prefixCovers } from '../model/covers.ts';
import type { PlacedSection } from '../model/model.ts';

/** Directives of which the last merged one replaces the others. */
const REPLACING: ReadonlySet<string> = new Set([
  'sethandler',
  'forcetype',
  'require',
  'proxypass',
  'authtype',
  'options',
  'proxyfcgibackendtype',
  'proxyerroroverride',
  'limitrequestbody',
]);

function settings({ node }: PlacedSection): ReadonlyMap<string, string> {
  return new Map(
    node.children.flatMap((child) => {
      const name = child.name.text.toLowerCase();
      return child.kind === 'directive' && REPLACING.has(name) ? [[name, child.argsText] as const] : [];
    }),
  );
}

/** A broader Location follows a specific one and overrides it. */
export const locationBroadAfterSpecific: LintRule = {
  name: 'location-broad-after-specific',
  severity: 'warning',
  summary: 'A broader Location follows a specific one and overrides it',
  wave: 2,
  needs: [],
  fixable: 'none',
  page: {
    what: 'Finds `<Location /app>` behind `<Location /app/admin>` where both set the same thing.',
    why: 'Locations are merged in file order, not by length as directories are: the broader one wins.',
    howToFix: 'Put the broader section first.',
    evidence: ['"How the sections are merged" in the httpd manual'],
    bad: [
      {
        text: '<Location "/app/admin">\n  SetHandler "proxy:fcgi://127.0.0.1:9001"\n</Location>\n<Location "/app">\n  SetHandler "proxy:fcgi://127.0.0.1:9000"\n</Location>\n',
      },
    ],
    good: [
      {
        text: '<Location "/app">\n  SetHandler "proxy:fcgi://127.0.0.1:9000"\n</Location>\n<Location "/app/admin">\n  SetHandler "proxy:fcgi://127.0.0.1:9001"\n</Location>\n',
      },
    ],
  },
  check(model, report) {
    const locations = model
      .sectionsNamed('location')
      .filter(({ node }) => node.args.length === 1 && !/[*?[~]|\$\{/.test(node.argsText));
    locations.forEach((broad, i) => {
      const path = broad.node.args[0]!.text;
      const own = settings(broad);
      for (const specific of locations.slice(0, i)) {
        const inner = specific.node.args[0]!.text;
        if (
          inner === path ||
          !prefixCovers(path, inner) ||
          (specific.server !== broad.server && !specific.server.isMain)
        )
          continue;
        const lost = [...settings(specific)]
          .filter(([name, value]) => own.has(name) && own.get(name) !== value)
          .map(([name]) => name);
        if (lost.length === 0) continue;
        report({
          message: `<Location ${path}> follows <Location ${inner}> and overrides its ${lost.join(', ')}`,
          span: broad.node.name.span,
          related: [{ message: 'the section that is overridden', span: specific.node.name.span }],
          help: 'put the broader section first',
        });
        return;
      }
    });
  },
};
