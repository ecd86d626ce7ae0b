import type { LintRule } from '../rule.ts';
import { isOlder } from '../version.ts';
import type { Span } from '../../source/source.ts';

/** Directives by lower-case name, with the first version that has them. */
const DIRECTIVES: ReadonlyMap<string, string> = new Map([
  ['cgipassauth', '2.4.13'],
  ['cgivar', '2.4.21'],
  ['proxyfcgibackendtype', '2.4.26'],
  ['proxyfcgisetenvif', '2.4.26'],
  ['regexdefaultoptions', '2.4.30'],
  ['mergeslashes', '2.4.39'],
  ['stricthostcheck', '2.4.49'],
  ['unclist', '2.4.60'],
]);
const PARAMETERS: ReadonlyMap<string, string> = new Map([
  ['responsefieldsize', '2.4.34'],
  ['upgrade', '2.4.47'],
  ['addressttl', '2.4.59'],
]);

const CONDITIONS: ReadonlySet<string> = new Set(['if', 'elseif', 'else']);
const SETTING_VARIABLES = ['SetEnv', 'SetEnvIf', 'SetEnvIfNoCase', 'SetEnvIfExpr'];
/** Variables that modules read, with the first version that does. */
const VARIABLES: readonly (readonly [RegExp, string])[] = [
  [/^no-proxy(=|$)/i, '2.4.26'],
  [/^proxy-fcgi-pathinfo=(first|last)-dot$/i, '2.4.11'],
];

/** A feature needs a newer httpd than the target. */
export const versionGatedFeature: LintRule = {
  name: 'version-gated-feature',
  severity: 'error',
  summary: 'A feature needs a newer httpd than the target',
  wave: 2,
  needs: ['version'],
  fixable: 'none',
  page: {
    what: 'Finds directives and forms that the target version (`--target`) does not have.',
    why: 'Fragments are copied from newer manuals: the older server refuses them, or reads them differently.',
    howToFix: 'Use a form that the target has, or raise the target.',
    evidence: ['compatibility notes of the httpd manual'],
    bad: [{ text: '#! target 2.4.6\nSetHandler "proxy:fcgi://127.0.0.1:9000"\n' }],
    good: [{ text: '#! target 2.4.6\nProxyPassMatch "^/(.+\\.php)$" "fcgi://127.0.0.1:9000/srv/www/$1"\n' }],
  },
  check(model, report) {
    const need = (feature: string, version: string, span: Span): void => {
      if (!isOlder(model.target, version)) return;
      report({ message: `${feature} needs httpd ${version}; the target is ${model.target.join('.')}`, span });
    };
    for (const { name, node } of model.directives) {
      const version = DIRECTIVES.get(name.toLowerCase());
      if (version !== undefined) need(name, version, node.name.span);
    }
    for (const { node } of model.named('ProxyErrorOverride')) {
      const [, status] = node.args;
      if (status) need('A list of statuses', '2.4.47', status.span);
    }
    for (const { node, sections } of model.sectionsNamed('if')) {
      const isNested = sections.some(({ name }) => CONDITIONS.has(name));
      if (isNested) need('An <If> in another one', '2.4.26', node.name.span);
    }
    for (const { node } of SETTING_VARIABLES.flatMap((name) => model.named(name))) {
      for (const { text, span } of node.args) {
        const variable = VARIABLES.find(([pattern]) => pattern.test(text));
        if (variable) need(text, variable[1], span);
      }
    }
    for (const { by, url, word } of model.handlers) {
      if ((by === 'SetHandler' || by === 'AddHandler') && url) need('A proxy: handler', '2.4.10', word.span);
    }
    for (const { by, url, urlWord, parameters } of model.workerLines) {
      if (url.socket !== undefined) need('A unix: socket', '2.4.7', urlWord.span);
      for (const { key, value, span } of parameters) {
        const version =
          PARAMETERS.get(key) ??
          (key === 'enablereuse' && url.scheme === 'fcgi' && value.toLowerCase() === 'on'
            ? '2.4.11'
            : undefined);
        if (version !== undefined) need(`${key}=`, version, span);
        if (key === 'hcmethod' && /11$/.test(value)) need(`hcmethod=${value}`, '2.4.55', span);
      }
      if (by === 'ProxyPassMatch' && url.hasDynamicAuthority && parameters.length > 0)
        need('key=value with a back-reference in the host', '2.4.47', urlWord.span);
    }
  },
};
