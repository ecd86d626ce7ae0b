import { ruleWithOptions, type Finding } from '../rule.ts';
import type { ConfigNode, SectionNode } from '../../syntax/tree.ts';
import { lineEndOf } from '../edits.ts';
import type { LintModel, ModelServer, PlacedDirective } from '../model/model.ts';
import { PrefixTable } from '../model/prefix-table.ts';

const ACCESS_RULE = /^(?:require|requireall|requireany|requirenone|deny|authtype|allow)$/i;

function restricts(child: ConfigNode): boolean {
  return ACCESS_RULE.test(child.name.text) && !/^all\s+granted/i.test(child.argsText);
}

/** Access rules: which sections have one, and which paths a Location with one takes. */
class AccessRules {
  readonly #restricting = new Map<SectionNode, boolean>();
  readonly #locations = new Map<ModelServer, PrefixTable<true>>();

  constructor(model: LintModel) {
    for (const { node, server } of model.sectionsNamed('location')) {
      const path = node.args[0]?.text;
      if (path === undefined || !this.#restricts(node)) continue;
      const own = this.#locations.get(server) ?? new PrefixTable<true>();
      this.#locations.set(server, own);
      own.add(path, true);
    }
  }

  #restricts(node: SectionNode): boolean {
    let known = this.#restricting.get(node);
    if (known === undefined) this.#restricting.set(node, (known = node.children.some(restricts)));
    return known;
  }

  /** Whether an access rule stands around a line, or in a Location that takes its path, too. */
  protects(model: LintModel, at: PlacedDirective, path: string | undefined): boolean {
    if (at.sections.some(({ node }) => this.#restricts(node))) return true;
    return (
      path !== undefined &&
      [at.server, model.servers[0]!].some((server) => this.#locations.get(server)?.covering(path).length)
    );
  }
}

interface Endpoint {
  readonly at: PlacedDirective;
  readonly what: string;
  readonly path: string | undefined;
}

/** Lines that open the status page of a PHP-FPM pool. */
function statusPages(model: LintModel, paths: ReadonlySet<string>): Endpoint[] {
  const handlers = model.handlers.flatMap(({ by, url, at }) => {
    const location = at.sections.findLast(({ name }) => name === 'location')?.node.args[0]?.text;
    const isStatus = by === 'SetHandler' && url?.scheme === 'fcgi' && paths.has(location ?? '');
    return isStatus ? [{ at, what: `The status page ${location}`, path: location }] : [];
  });
  const mappings = model.mappings.flatMap(({ at, isMatch, path, target }) => {
    const isStatus = !isMatch && target?.url.scheme === 'fcgi' && paths.has(path?.text ?? '');
    return isStatus ? [{ at, what: `The status page ${path?.text}`, path: path?.text }] : [];
  });
  return [...handlers, ...mappings];
}

/** Adds a line behind one that stands in a section of its own. */
function requireLocal(model: LintModel, { node, sections }: PlacedDirective): Pick<Finding, 'fix'> {
  if (sections.length === 0) return {};
  const { text } = model.loaded.sources.files[node.span.file]!;
  const indent = text.slice(text.lastIndexOf('\n', node.span.start - 1) + 1, node.span.start);
  const span = { ...node.span, start: node.span.end };
  const line = `${lineEndOf(model.loaded.sources, node.span)}${indent}Require local`;
  return { fix: { title: 'Add Require local', kind: 'review', edits: [{ span, text: line }] } };
}

/** A status or management page is open to everybody. */
export const adminEndpointUnprotected = ruleWithOptions({
  name: 'admin-endpoint-unprotected',
  severity: 'error',
  summary: 'A status or management page is open to everybody',
  isSecurity: true,
  wave: 1,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds balancer-manager, server-status, server-info and similar handlers, and status pages of PHP-FPM, without an access rule; and balancers with `nonce=None` (a warning).',
    why: 'These pages show internals, and the balancer manager changes settings. Its nonce keeps other sites from doing so with the browser of an administrator.',
    howToFix: 'Add `Require local` or the addresses of the administrators; leave `nonce` as it is.',
    evidence: ['mod_status and mod_proxy_balancer manuals', 'mod_proxy manual, parameter nonce'],
    bad: [
      { text: '<Location "/balancer-manager">\n  SetHandler balancer-manager\n</Location>\n' },
      {
        title: 'The status page of a pool',
        text: '<Location "/fpm-status">\n  SetHandler "proxy:unix:/run/php/www.sock|fcgi://localhost/"\n</Location>\n',
      },
    ],
    good: [
      {
        text: '<Location "/balancer-manager">\n  SetHandler balancer-manager\n  Require ip 10.0.0.0/8\n</Location>\n',
      },
    ],
  },
  options: {
    handlers: {
      type: 'texts',
      default: ['balancer-manager', 'server-status', 'server-info', 'ldap-status', 'md-status'],
      description: 'Handlers that show or change internals',
    },
    paths: {
      type: 'texts',
      default: ['/fpm-status', '/php-fpm-status'],
      pattern: '^/',
      description: 'Paths of status pages of PHP-FPM, beside those that `--fpm-pool` tells',
    },
  },
  check(model, report, { handlers, paths }) {
    const names = new Set(handlers.map((name) => name.toLowerCase()));
    const pages = model.handlers.flatMap(({ by, handler, at }) => {
      const path = at.sections.at(-1)?.node.args[0]?.text;
      const isPage = by === 'SetHandler' && names.has(handler.text.toLowerCase());
      return isPage ? [{ at, what: handler.text, path }] : [];
    });
    const fromPools = (model.pools ?? []).flatMap(({ settings }) => settings.get('pm.status_path') ?? []);
    const rules = new AccessRules(model);
    for (const { at, what, path } of [...pages, ...statusPages(model, new Set([...paths, ...fromPools]))]) {
      if (rules.protects(model, at, path)) continue;
      report({
        message: `${what} is reachable without restriction`,
        span: at.node.span,
        severity: model.isComplete ? 'error' : 'warning',
        help: 'add Require local, or the addresses of the administrators',
        ...requireLocal(model, at),
      });
    }
    for (const balancer of model.balancers) {
      const nonce = balancer.parameter('nonce');
      if (nonce?.value.toLowerCase() !== 'none') continue;
      report({
        message: 'nonce=None lets other sites use the balancer manager with the browser of an administrator',
        span: nonce.span,
        severity: 'warning',
        help: 'leave nonce out',
      });
    }
  },
});
