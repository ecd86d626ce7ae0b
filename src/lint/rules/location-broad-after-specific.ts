import type { Fix } from '../../diagnostics/diagnostic.ts';
import type { LintRule } from '../rule.ts';
import { moveLinesBefore, sectionSpan } from '../edits.ts';
import { prefixCovers } from '../model/covers.ts';
import type { LintModel, ModelServer, PlacedSection } from '../model/model.ts';

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

interface Location {
  readonly section: PlacedSection;
  readonly path: string;
  readonly settings: ReadonlyMap<string, string>;
}

/** What a specific section sets and a broader one behind it sets otherwise. */
function lostSettings(specific: Location, broad: Location): string[] {
  if (specific.path === broad.path || !prefixCovers(broad.path, specific.path)) return [];
  return [...specific.settings]
    .filter(([name, value]) => broad.settings.has(name) && broad.settings.get(name) !== value)
    .map(([name]) => name);
}

/** A fix that moves the broader section up; undefined where the two are merged in order of their servers. */
function movedUp(model: LintModel, broad: PlacedSection, specific: PlacedSection): Fix | undefined {
  const moved = sectionSpan(broad.node);
  if (!moved || broad.server !== specific.server) return undefined;
  const edits = moveLinesBefore(model.loaded.sources, moved, specific.node.span);
  return edits && { title: 'Move the section up', kind: 'review', edits };
}

/** A broader Location follows a specific one and overrides it. */
export const locationBroadAfterSpecific: LintRule = {
  name: 'location-broad-after-specific',
  severity: 'warning',
  summary: 'A broader Location follows a specific one and overrides it',
  wave: 2,
  needs: [],
  fixable: 'review',
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
    const byServer = new Map<ModelServer, Location[]>();
    for (const section of model.sectionsNamed('location')) {
      const { node, server } = section;
      if (node.args.length !== 1 || /[*?[~]|\$\{/.test(node.argsText)) continue;
      const own = byServer.get(server);
      const location = { section, path: node.args[0]!.text, settings: settings(section) };
      if (own) own.push(location);
      else byServer.set(server, [location]);
    }
    const main = byServer.get(model.servers[0]!) ?? [];
    for (const [server, own] of byServer) {
      // The main server's sections are merged before those of a virtual host, wherever they stand.
      const inherited = server.isMain ? [] : main;
      own.forEach((broad, i) => {
        for (const specific of [...inherited, ...own.slice(0, i)]) {
          const lost = lostSettings(specific, broad);
          if (lost.length === 0) continue;
          const fix = movedUp(model, broad.section, specific.section);
          report({
            message: `<Location ${broad.path}> follows <Location ${specific.path}> and overrides its ${lost.join(', ')}`,
            span: broad.section.node.name.span,
            related: [{ message: 'the section that is overridden', span: specific.section.node.name.span }],
            help: 'put the broader section first',
            ...(fix && { fix }),
          });
          return;
        }
      });
    }
  },
};
