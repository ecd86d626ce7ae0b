import { suggestNames } from '../../diagnostics/suggest.ts';
import type { Span } from '../../source/source.ts';
import type { BackendUrl, LintModel } from '../model/model.ts';
import { ruleWithOptions, type Finding } from '../rule.ts';
import { backendUses, isLocal, listensAt } from './pools.ts';

/** The socket of a pool in place of the one that is named. */
function renamed(model: LintModel, { socket }: BackendUrl, span: Span, near: string): Pick<Finding, 'fix'> {
  const at = model.loaded.sources.files[span.file]!.text.indexOf(socket ?? '', span.start);
  if (socket === undefined || !near.startsWith('/') || at < 0 || at + socket.length > span.end) return {};
  const edits = [{ span: { ...span, start: at, end: at + socket.length }, text: near }];
  return { fix: { title: `Write ${near}`, kind: 'review', edits } };
}

/** No pool listens at the address of a PHP backend. */
export const fpmListenMismatch = ruleWithOptions({
  name: 'fpm-listen-mismatch',
  severity: 'warning',
  summary: 'No PHP-FPM pool listens at the address of a backend',
  wave: 2,
  needs: ['pools'],
  fixable: 'review',
  page: {
    what: 'Finds sockets with `php` or `fpm` in their path, and ports of this machine, that no given pool listens at.',
    why: 'Upgrades rename sockets with the version of PHP; every request then fails with 503.',
    howToFix: "Write the pool's `listen` address, or give the pool file that has it (`--fpm-pool`).",
    evidence: ['httpd AH02454', 'PHP manual, listen'],
    bad: [
      {
        title: 'The pool has `listen = /run/php/php8.3-fpm.sock`',
        text: '<FilesMatch "\\.ph(?:ar|p|tml)$">\n  SetHandler "proxy:unix:/run/php/php8.2-fpm.sock|fcgi://localhost/"\n</FilesMatch>\n',
      },
    ],
    good: [
      {
        text: '<FilesMatch "\\.ph(?:ar|p|tml)$">\n  SetHandler "proxy:unix:/run/php/php8.3-fpm.sock|fcgi://localhost/"\n</FilesMatch>\n',
      },
    ],
  },
  options: {
    sockets: {
      type: 'texts',
      default: ['php', 'fpm'],
      description: "Words in a socket's path that tell that it is PHP-FPM's; an empty list: every socket is",
    },
  },
  check(model, report, { sockets }) {
    const { pools } = model;
    const isOfPhp = (path: string): boolean =>
      sockets.length === 0 || sockets.some((word) => path.toLowerCase().includes(word.toLowerCase()));
    if (!pools || pools.length === 0) return;
    const hasPorts = pools.some(({ listen }) => listen !== undefined && !listen.startsWith('/'));
    const addresses = pools.flatMap(({ listen }) => listen ?? []);
    const nearest = new Map<string, string | undefined>();
    for (const { url, span } of backendUses(model)) {
      // What is not PHP, and what runs elsewhere, no pool file speaks of.
      if (url.socket === undefined ? !hasPorts || !isLocal(url) : !isOfPhp(url.socket)) continue;
      if (pools.some((pool) => listensAt(pool, url) !== false)) continue;
      const address = url.socket ?? `${url.host}:${url.port ?? ''}`;
      if (!nearest.has(address)) nearest.set(address, suggestNames(address, addresses)[0]);
      const near = nearest.get(address);
      report({
        message: `No pool listens at ${address}`,
        span,
        help: near === undefined ? 'write the address of a pool' : `did you mean ${near}?`,
        ...(near !== undefined && renamed(model, url, span, near)),
      });
    }
  },
});
