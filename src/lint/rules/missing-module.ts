import type { LintRule } from '../rule.ts';
import type { Span } from '../../source/source.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { insertBehind } from '../edits.ts';
import type { BackendUrl, LintModel, PlacedDirective, PlacedSection } from '../model/model.ts';

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

/** The modules that a URL needs; a balancer also that of its method, `byrequests` unless lbmethod says otherwise. */
function modulesOf(model: LintModel, { scheme, host }: BackendUrl, { server }: Place): readonly string[] {
  const modules = NEEDS.get(scheme) ?? [];
  if (scheme !== 'balancer') return modules;
  const method = model.balancer(`balancer://${host}`, server)?.parameter('lbmethod')?.value ?? 'byrequests';
  return [...modules, `lbmethod_${method}`];
}

type Place = PlacedDirective | PlacedSection;

/** A fix that loads modules behind mod_proxy, which all of them need, and from the folder that its line names. */
function loadingFix({ loaded }: LintModel, modules: readonly string[]): Fix | undefined {
  const span = loaded.modules.find(({ identifier }) => identifier === 'proxy_module')?.span;
  if (!span || modules.length === 0) return undefined;
  const line = loaded.sources.files[span.file]!.text.slice(span.start, span.end);
  const path = /\s+\S+\s+("[^"]*"|\S+)\s*$/.exec(line)?.[1];
  if (path === undefined) return undefined;
  const lines = modules.map(
    (name) => `LoadModule ${name}_module ${path.replace(/[^/"]*("?)$/, `mod_${name}.so$1`)}`,
  );
  const edit = insertBehind(loaded.sources, span, lines);
  return (
    edit && {
      title: `Load ${modules.map((name) => `mod_${name}`).join(', ')}`,
      kind: 'review',
      edits: [edit],
    }
  );
}

/** A backend needs a module that is not loaded. */
export const missingModule: LintRule = {
  name: 'missing-module',
  severity: 'error',
  summary: 'A backend needs a module that is not loaded',
  wave: 1,
  needs: ['modules'],
  fixable: 'review',
  page: {
    what: 'Finds schemes and balancers whose modules no LoadModule line loads.',
    why: 'mod_proxy alone speaks no protocol: without the module of the scheme every request fails with 500, and a balancer needs its method and shared memory.',
    howToFix: 'Add the LoadModule lines, or enable the modules.',
    evidence: ['AH01144, AH01177, AH02432', 'mod_proxy_balancer manual'],
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
    const fixed = new Set<string>();
    const check = (url: BackendUrl, span: Span, at: Place): void => {
      if (!url.isKnown && url.scheme === '') return;
      const missing = modulesOf(model, url, at).filter((name) => model.hasModule(name) === false);
      const key = `${url.scheme} ${missing.join(' ')}`;
      if (missing.length === 0 || reported.has(key)) return;
      reported.add(key);
      // What another finding's fix loads needs no second line.
      const fix = loadingFix(
        model,
        missing.filter((name) => !fixed.has(name)),
      );
      if (fix) missing.forEach((name) => fixed.add(name));
      report({
        message: `${url.scheme}:// needs ${missing.map((name) => `mod_${name}`).join(', ')}, which ${missing.length > 1 ? 'are' : 'is'} not loaded`,
        span,
        severity: model.isComplete ? 'error' : 'warning',
        help: `add ${missing.map((name) => `LoadModule ${name}_module modules/mod_${name}.so`).join(' and ')}`,
        ...(fix && { fix }),
      });
    };
    for (const { url, word, by, at } of model.handlers) if (url && by !== 'Action') check(url, word.span, at);
    for (const { url, urlWord, at } of model.workerLines) check(url, urlWord.span, at);
  },
};
