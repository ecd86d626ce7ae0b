import { ruleWithOptions } from '../rule.ts';
import type { Span } from '../../source/source.ts';
import type { BackendUrl } from '../model/model.ts';

/** An fcgi URL has no port, so httpd connects to 8000. */
export const fcgiDefaultPort = ruleWithOptions({
  name: 'fcgi-default-port',
  severity: 'warning',
  summary: 'An fcgi URL has no port, so httpd connects to 8000',
  wave: 1,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds `fcgi://host` without a port where no socket is named.',
    why: 'The scheme stands for port 8000, while PHP-FPM usually listens on 9000: the connection is refused and clients see 503.',
    howToFix: 'Write the port.',
    evidence: ['mod_proxy scheme table: fcgi 8000', 'AH00957, AH01079'],
    bad: [{ text: 'SetHandler "proxy:fcgi://127.0.0.1"\n' }],
    good: [
      { text: 'SetHandler "proxy:fcgi://127.0.0.1:9000"\n' },
      { title: 'A socket needs none', text: 'SetHandler "proxy:unix:/run/php/www.sock|fcgi://localhost/"\n' },
    ],
  },
  options: {
    port: {
      type: 'count',
      default: 9000,
      min: 1,
      max: 65535,
      description: 'Port that applications usually listen on, and that the fix writes',
    },
  },
  check(model, report, { port }) {
    const workerSockets = new Set(
      model.workers.filter((worker) => worker.url.socket !== undefined).map((worker) => worker.url.host),
    );
    const check = (url: BackendUrl, span: Span): void => {
      if (
        url.scheme !== 'fcgi' ||
        url.hasPort ||
        url.socket !== undefined ||
        !url.isKnown ||
        url.hasDynamicAuthority
      )
        return;
      if (workerSockets.has(url.host)) return;
      const { text } = model.loaded.sources.files[span.file]!;
      const written = text.slice(span.start, span.end).toLowerCase();
      const at = written.indexOf(url.host, written.indexOf('fcgi://') + 7);
      const end = span.start + at + url.host.length;
      report({
        message: `${url.text} has no port: httpd connects to 8000, applications here usually listen on ${port}`,
        span,
        help: `write fcgi://${url.host}:${port}`,
        ...(at >= 0 &&
          end <= span.end && {
            fix: {
              title: `Add :${port}`,
              kind: 'review' as const,
              edits: [{ span: { ...span, start: end, end }, text: `:${port}` }],
            },
          }),
      });
    };
    for (const { by, url, word } of model.handlers) if (url && by !== 'Action') check(url, word.span);
    for (const { by, url, urlWord } of model.workerLines)
      if (by !== 'Proxy' && by !== 'ProxySet') check(url, urlWord.span);
  },
});
