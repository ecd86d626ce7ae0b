import type { Fix } from '../../diagnostics/diagnostic.ts';
import type { LintRule } from '../rule.ts';
import { moveLinesBefore, sectionSpan } from '../edits.ts';
import { prefixCovers, squeezed } from '../model/covers.ts';
import type { LintModel, ModelServer, PlacedSection } from '../model/model.ts';
import { prefixesOf } from '../model/prefix-table.ts';

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
  if (squeezed(specific.path) === squeezed(broad.path) || !prefixCovers(broad.path, specific.path)) return [];
  return [...specific.settings]
    .filter(([name, value]) => broad.settings.has(name) && broad.settings.get(name) !== value)
    .map(([name]) => name);
}

/** For one setting below one path: the first section that has it, and the first that has it with another value. */
interface Holders {
  readonly first: Location;
  second?: Location;
}

/** Locations by the paths above them and what they set, so that those below a broader one need no search. */
class LocationTable {
  readonly #holders = new Map<string, Holders>();

  add(location: Location): void {
    // The first is the path itself.
    for (const prefix of prefixesOf(location.path).slice(1)) {
      for (const [name, value] of location.settings) {
        const key = `${name} ${prefix}`;
        const known = this.#holders.get(key);
        if (!known) this.#holders.set(key, { first: location });
        else if (known.first.settings.get(name) !== value) known.second ??= location;
      }
    }
  }

  /** The first section below a path of which something is lost behind a broader one. */
  firstLosing(broad: Location): Location | undefined {
    const losing = [...broad.settings].flatMap(([name, value]) => {
      const holders = this.#holders.get(`${name} ${squeezed(broad.path)}`);
      return (holders?.first.settings.get(name) === value ? holders.second : holders?.first) ?? [];
    });
    return losing
      .filter((specific) => lostSettings(specific, broad).length > 0)
      .reduce<Location | undefined>((a, b) => (a && a.section.order < b.section.order ? a : b), undefined);
  }
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
    const inherited = new LocationTable();
    byServer.get(model.servers[0]!)?.forEach((location) => inherited.add(location));
    for (const [server, own] of byServer) {
      const earlier = new LocationTable();
      for (const broad of own) {
        // The main server's sections are merged before those of a virtual host, wherever they stand.
        const specific =
          (server.isMain ? undefined : inherited.firstLosing(broad)) ?? earlier.firstLosing(broad);
        earlier.add(broad);
        if (!specific) continue;
        const lost = lostSettings(specific, broad);
        const fix = movedUp(model, broad.section, specific.section);
        report({
          message: `<Location ${broad.path}> follows <Location ${specific.path}> and overrides its ${lost.join(', ')}`,
          span: broad.section.node.name.span,
          related: [{ message: 'the section that is overridden', span: specific.section.node.name.span }],
          help: 'put the broader section first',
          ...(fix && { fix }),
        });
      }
    }
  },
};
