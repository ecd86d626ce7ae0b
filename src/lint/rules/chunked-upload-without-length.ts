import type { Fix } from '../../diagnostics/diagnostic.ts';
import { insertBefore } from '../edits.ts';
import type { LintRule } from '../rule.ts';
import type { LintModel, ModelServer, PlacedDirective } from '../model/model.ts';

/** A fix that sets the variable in front of the outermost section around a line, or of the line. */
function lengthFix(model: LintModel, at: PlacedDirective): Fix | undefined {
  const outer = at.sections.find(({ name }) => name !== 'virtualhost')?.node ?? at.node;
  const edit = insertBefore(model.loaded.sources, outer.span, [
    'SetEnvIfNoCase Transfer-Encoding "chunked" proxy-sendcl=1',
  ]);
  return edit && { title: 'Set proxy-sendcl', kind: 'review', edits: [edit] };
}

/** Chunked uploads reach PHP-FPM with an empty body when httpd serves this. */
export const chunkedUploadWithoutLength: LintRule = {
  name: 'chunked-upload-without-length',
  severity: 'info',
  summary: 'Chunked uploads reach PHP-FPM with an empty body when httpd serves this',
  wave: 2,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Tells once for each server that sends requests to a FastCGI backend without `proxy-sendcl`.',
    why: 'httpd passes a chunked body on without CONTENT_LENGTH, and PHP-FPM reads only as many bytes as that says. This gateway always sends the length.',
    howToFix: 'Set `proxy-sendcl` for chunked requests where httpd still serves.',
    evidence: ['httpd bug 57087', 'Nextcloud issue 54912, PHP bug 60826'],
    bad: [{ text: 'ProxyPass "/upload/" "fcgi://127.0.0.1:9000/upload/"\n' }],
    good: [
      {
        text: 'SetEnvIfNoCase Transfer-Encoding "chunked" proxy-sendcl=1\nProxyPass "/upload/" "fcgi://127.0.0.1:9000/upload/"\n',
      },
    ],
  },
  check(model, report) {
    if (!model.isComplete) return;
    const isSet = [
      ...model.named('SetEnvIf'),
      ...model.named('SetEnvIfNoCase'),
      ...model.named('SetEnvIfExpr'),
      ...model.named('SetEnv'),
    ].some(({ node }) => /proxy-sendcl/i.test(node.argsText));
    const isGeneric = model
      .named('ProxyFCGIBackendType')
      .some(({ node }) => node.args[0]?.text.toLowerCase() === 'generic');
    if (isSet || isGeneric) return;
    const told = new Set<ModelServer>();
    for (const { url, word, at } of [
      ...model.handlers.map(({ url, word, at }) => ({ url, word, at })),
      ...model.mappings.flatMap(({ target, at }) =>
        target ? [{ url: target.url, word: target.urlWord, at }] : [],
      ),
    ]) {
      if (url?.scheme !== 'fcgi' || told.has(at.server)) continue;
      told.add(at.server);
      const fix = lengthFix(model, at);
      report({
        message:
          'With httpd, requests without Content-Length reach the FastCGI application with an empty body',
        span: word.span,
        help: 'add SetEnvIfNoCase Transfer-Encoding "chunked" proxy-sendcl=1',
        ...(fix && { fix }),
      });
    }
  },
};
