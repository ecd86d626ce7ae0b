import type { LintRule } from '../rule.ts';
import { parseUrl } from '../model/backend-url.ts';
import type { HandlerLine, LintModel, ModelServer } from '../model/model.ts';

/** What the names of workers start with that a `<Proxy>` section is for. */
function protectedName(url: string): string {
  return parseUrl(url).workerName.replace(/\/$/, '');
}

/** The first handler for each section's name, of its server, or for a main server's section of any. */
function handlersByName(model: LintModel): Map<ModelServer, Map<string, HandlerLine>> {
  const names = new Set(
    model.sectionsNamed('proxy').map(({ node }) => protectedName(node.args[0]?.text ?? '')),
  );
  const found = new Map(model.servers.map((server) => [server, new Map<string, HandlerLine>()]));
  for (const handler of model.handlers) {
    const { by, url, at } = handler;
    if ((by !== 'SetHandler' && by !== 'AddHandler') || !url?.isKnown) continue;
    for (let end = 0; end <= url.workerName.length; end++) {
      const name = url.workerName.slice(0, end);
      if (!names.has(name)) continue;
      for (const server of [at.server, model.servers[0]!]) {
        const own = found.get(server)!;
        if (!own.has(name)) own.set(name, handler);
      }
    }
  }
  return found;
}

/** Access rules in <Proxy> are not evaluated for requests that come by SetHandler. */
export const proxyAclNotAppliedToHandler: LintRule = {
  name: 'proxy-acl-not-applied-to-handler',
  severity: 'error',
  summary: 'Access rules in <Proxy> are not evaluated for requests that come by SetHandler',
  isSecurity: true,
  wave: 2,
  needs: [],
  fixable: 'none',
  page: {
    what: 'Finds `Require` in a `<Proxy>` block whose backend is reached through SetHandler.',
    why: 'Proxy sections are looked at for URLs that mod_proxy mapped, which is before handlers are chosen.',
    howToFix: 'Move the rules to `<Directory>` or `<Location>`.',
    evidence: ['fastcgi request path: a Proxy section contributes no directives to a handler request'],
    bad: [
      {
        text: '<Proxy "fcgi://localhost/" max=10>\n  Require ip 10.0.0.0/8\n</Proxy>\nSetHandler "proxy:unix:/run/php/w.sock|fcgi://localhost/"\n',
      },
    ],
    good: [
      {
        text: '<Proxy "fcgi://localhost/" max=10>\n</Proxy>\n<Directory "/srv/admin">\n  SetHandler "proxy:unix:/run/php/w.sock|fcgi://localhost/"\n  Require ip 10.0.0.0/8\n</Directory>\n',
      },
    ],
  },
  check(model, report) {
    const handlers = handlersByName(model);
    for (const section of model.sectionsNamed('proxy')) {
      const url = section.node.args[0]?.text ?? '';
      const rule = section.node.children.find(
        (child) =>
          /^(require|requireall|requireany|deny)$/i.test(child.name.text) &&
          !/^all\s+granted/i.test(child.argsText),
      );
      if (!rule || /[*?[]|\$\{/.test(url)) continue;
      const handler = handlers.get(section.server)?.get(protectedName(url));
      if (!handler) continue;
      report({
        message: `Access rules in <Proxy ${url}> are not evaluated for requests that reach it through SetHandler`,
        span: rule.name.span,
        related: [{ message: 'the handler', span: handler.word.span }],
        help: 'move the rules to <Directory> or <Location>',
      });
    }
  },
};
