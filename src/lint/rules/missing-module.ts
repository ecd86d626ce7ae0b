import type { LintRule } from '../rule.ts';
import type { Span } from '../../source/source.ts';
import type { BackendUrl } from '../model/model.ts';

/** The modules that a scheme needs. */
const NEEDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['fcgi', ['proxy', 'proxy_fcgi']],
  ['http', ['proxy', 'proxy_http']],
  ['https', ['proxy', 'proxy_http', 'ssl']],
  ['ajp', ['proxy', 'proxy_ajp']],
  ['scgi', ['proxy', 'proxy_scgi']],
  ['uwsgi', ['proxy', 'proxy_uwsgi']],
  ['ws', ['proxy', 'proxy_wstunnel']],
  ['wss', ['proxy', 'proxy_wstunnel']],
  ['h2', ['proxy', 'proxy_http2']],
  ['h2c', ['proxy', 'proxy_http2']],
  ['balancer', ['proxy', 'proxy_balancer', 'slotmem_shm']],
]);

/** A backend needs a module that is not loaded. */
export const missingModule: LintRule = {
  name: 'missing-module',
  severity: 'error',
  summary: 'A backend needs a module that is not loaded',
  wave: 1,
  needs: ['modules'],
  fixable: 'none',
  page: {
    what: 'Finds schemes and balancers whose modules no LoadModule line loads.',
    why: 'mod_proxy alone speaks no protocol: without the module of the scheme every request fails with 500, and a balancer needs its method and shared memory.',
    howToFix: 'Add the LoadModule lines, or enable the modules.',
    evidence: ['AH01144, AH01177', 'mod_proxy_balancer manual'],
    bad: [
      { text: 'LoadModule proxy_module modules/mod_proxy.so\nProxyPass "/a" "fcgi://127.0.0.1:9000/a"\n' },
    ],
    good: [
      {
        text: 'LoadModule proxy_module modules/mod_proxy.so\nLoadModule proxy_fcgi_module modules/mod_proxy_fcgi.so\nProxyPass "/a" "fcgi://127.0.0.1:9000/a"\n',
      },
    ],
  },
  check(model, report) {
    if (model.hasModule('core') === undefined) return;
    const reported = new Set<string>();
    const check = (url: BackendUrl, span: Span): void => {
      if (!url.isKnown && url.scheme === '') return;
      const missing = (NEEDS.get(url.scheme) ?? []).filter((name) => model.hasModule(name) === false);
      const key = `${url.scheme} ${missing.join(' ')}`;
      if (missing.length === 0 || reported.has(key)) return;
      reported.add(key);
      report({
        message: `${url.scheme}:// needs ${missing.map((name) => `mod_${name}`).join(', ')}, which ${missing.length > 1 ? 'are' : 'is'} not loaded`,
        span,
        severity: model.isComplete ? 'error' : 'warning',
        help: `add ${missing.map((name) => `LoadModule ${name}_module modules/mod_${name}.so`).join(' and ')}`,
      });
    };
    for (const { url, word, by } of model.handlers) if (url && by !== 'Action') check(url, word.span);
    for (const { url, urlWord } of model.workerLines) check(url, urlWord.span);
  },
};
