import type { LintRule } from '../rule.ts';
import type { Mapping, ModelServer } from '../model/model.ts';
import { PrefixTable } from '../model/prefix-table.ts';

/** A server-level exclusion can not override a ProxyPass in <Location>. */
export const proxypassMixedContext: LintRule = {
  name: 'proxypass-mixed-context',
  severity: 'warning',
  summary: 'A server-level exclusion can not override a ProxyPass in <Location>',
  wave: 2,
  needs: [],
  fixable: 'none',
  page: {
    what: 'Finds `ProxyPass /path !` at server level for a path below a Location with its own ProxyPass.',
    why: 'The mapping of the location is looked at first, whatever stands where in the file.',
    howToFix: 'Set no-proxy with SetEnvIf, or write the exclusion as a Location of its own behind the other.',
    evidence: ['mod_proxy manual on mixing contexts'],
    bad: [
      {
        text: 'ProxyPass "/app/raw" "!"\n<Location "/app/">\n  ProxyPass "fcgi://127.0.0.1:9000/"\n</Location>\n',
      },
    ],
    good: [
      {
        text: 'SetEnvIf Request_URI "^/app/raw" no-proxy\n<Location "/app/">\n  ProxyPass "fcgi://127.0.0.1:9000/"\n</Location>\n',
      },
    ],
  },
  check(model, report) {
    const everywhere = new PrefixTable<Mapping>();
    const byServer = new Map<ModelServer, PrefixTable<Mapping>>();
    for (const mapping of model.mappings) {
      const { at, location, path, isExclusion, isMatch } = mapping;
      if (!location || !path || isExclusion || isMatch || /\$\{/.test(path.text)) continue;
      everywhere.add(path.text, mapping);
      const own = byServer.get(at.server) ?? new PrefixTable<Mapping>();
      byServer.set(at.server, own);
      own.add(path.text, mapping);
    }
    const main = model.servers[0]!;
    for (const exclusion of byServer.size === 0 ? [] : model.mappings) {
      if (
        !exclusion.isExclusion ||
        exclusion.location ||
        !exclusion.path ||
        exclusion.isMatch ||
        /\$\{/.test(exclusion.path.text)
      )
        continue;
      const { server } = exclusion.at;
      const tables = server.isMain ? [everywhere] : [byServer.get(server), byServer.get(main)];
      const inner = tables
        .map((table) => table?.covering(exclusion.path!.text)[0])
        .find((mapping) => mapping !== undefined);
      if (!inner?.location) continue;
      report({
        message: `The exclusion cannot override the ProxyPass inside <Location ${inner.path?.text ?? ''}>`,
        span: exclusion.at.node.span,
        related: [{ message: 'this mapping is looked at first', span: inner.at.node.span }],
        help: `write SetEnvIf Request_URI "^${exclusion.path.text}" no-proxy`,
      });
    }
  },
};
