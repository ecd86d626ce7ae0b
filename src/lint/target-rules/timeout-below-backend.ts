import type { FpmPool, PhpSettings } from '../information.ts';
import type { LintModel, ModelServer, ModelWorker } from '../model/model.ts';
import { ruleWithOptions } from '../rule.ts';
import { backendUses, poolOf } from './pools.ts';

const DEFAULT_TIMEOUT_S = 60;

/** Seconds that httpd waits for the backend; undefined when a value is not a plain number of seconds. */
function timeoutOf(
  model: LintModel,
  worker: ModelWorker | undefined,
  server: ModelServer,
  set: ReadonlyMap<string, ReadonlyMap<ModelServer, string>>,
): number | undefined {
  const own = worker?.parameter('timeout')?.value;
  const directive = (name: string, of: ModelServer) => set.get(name)?.get(of);
  const main = model.servers[0]!;
  const text =
    own ??
    directive('ProxyTimeout', server) ??
    directive('ProxyTimeout', main) ??
    directive('Timeout', server) ??
    directive('Timeout', main);
  if (text === undefined) return model.isComplete && model.kind === 'root' ? DEFAULT_TIMEOUT_S : undefined;
  return /^[0-9]+$/.test(text) ? Number(text) : undefined;
}

/** The value of a directive that is in force in each server that has one. */
function lastValues(model: LintModel, name: string): ReadonlyMap<ModelServer, string> {
  return new Map(model.named(name).map(({ server, node }) => [server, node.args[0]?.text ?? '']));
}

/** How long PHP may work on a request, with the setting that says so; undefined: without end, or not known. */
function limitOf(
  pool: FpmPool,
  php: PhpSettings | undefined,
): { setting: string; seconds: number } | undefined {
  if (pool.requestTerminateTimeout)
    return { setting: 'request_terminate_timeout', seconds: pool.requestTerminateTimeout };
  const text =
    pool.settings.get('php_admin_value[max_execution_time]') ?? php?.settings.get('max_execution_time');
  return text !== undefined && /^[1-9][0-9]*$/.test(text)
    ? { setting: 'max_execution_time', seconds: Number(text) }
    : undefined;
}

/** The proxy gives up before PHP does. */
export const timeoutBelowBackend = ruleWithOptions({
  name: 'timeout-below-backend',
  severity: 'warning',
  summary: 'The proxy gives up before PHP does',
  wave: 2,
  needs: ['pools'],
  fixable: 'none',
  page: {
    what: 'Compares how long httpd waits for a backend (`timeout` of the worker, else ProxyTimeout, else Timeout) to `request_terminate_timeout` of the pool, or to `max_execution_time`.',
    why: 'The client gets an error while the script goes on and keeps a child busy; each retry takes another one.',
    howToFix: "Let the proxy wait a little longer than PHP's own limit.",
    evidence: ['mod_proxy manual, worker parameter timeout', 'httpd AH01075'],
    bad: [
      {
        title: 'The pool has `request_terminate_timeout = 300s`',
        text: '<Proxy "fcgi://127.0.0.1:9000/" timeout=30>\n</Proxy>\n<FilesMatch "\\.ph(?:ar|p|tml)$">\n  SetHandler "proxy:fcgi://127.0.0.1:9000/"\n</FilesMatch>\n',
      },
    ],
    good: [
      {
        text: '<Proxy "fcgi://127.0.0.1:9000/" timeout=310>\n</Proxy>\n<FilesMatch "\\.ph(?:ar|p|tml)$">\n  SetHandler "proxy:fcgi://127.0.0.1:9000/"\n</FilesMatch>\n',
      },
    ],
  },
  options: {
    margin: {
      type: 'count',
      default: 0,
      min: 0,
      max: 86_400,
      description: "Seconds that the proxy must wait longer than PHP's own limit",
    },
  },
  check(model, report, { margin }) {
    const set = new Map(['ProxyTimeout', 'Timeout'].map((name) => [name, lastValues(model, name)]));
    for (const { url, worker, server, span } of backendUses(model)) {
      const pool = poolOf(model, url);
      const limit = pool && limitOf(pool, model.php);
      const timeout = timeoutOf(model, worker, server, set);
      if (!limit || timeout === undefined || timeout >= limit.seconds + margin) continue;
      report({
        message: `The proxy waits ${timeout} s, but ${limit.setting} of pool ${pool.name} is ${limit.seconds} s`,
        span: worker?.parameter('timeout')?.span ?? span,
        help: `set timeout=${limit.seconds + Math.max(margin, 10)} at the worker`,
      });
    }
  },
});
