import type { Balancer, ChosenMember, NoMember } from '../../backend/balancer/balancer.ts';
import type { Worker } from '../../backend/worker.ts';
import { logRequest } from '../../pipeline/log.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { DONE, OK, type HookResult } from '../../pipeline/status.ts';
import { canonicalise, servedScheme } from './canonicalise.ts';
import { findBalancer, type ProxyServerConfig } from './config.ts';
import { noHandler } from './handler.ts';
import type { SchemeCall, SchemeHandler } from './scheme.ts';
import { balancerOf } from './workers.ts';

/**
 * Serves a request by the members of a balancer: one after another while they fail, as far as `maxattempts` allows.
 *
 * @param url of the balancer, canonical
 * @source httpd modules/proxy/mod_proxy.c `proxy_handler`, mod_proxy_balancer.c `proxy_balancer_pre_request`
 */
export async function runBalanced(
  req: RequestRecord,
  server: ProxyServerConfig,
  url: string,
  overrides: (status: number) => boolean,
  defaultTimeoutMs: number,
): Promise<HookResult> {
  const definition = findBalancer(server, url);
  if (!definition) return 500;
  const balancer = balancerOf(definition, server, req.server.gateway);
  const call = new BalancedCall(req, defaultTimeoutMs, overrides);
  const pathStart = url.indexOf('/', url.indexOf('://') + 3);
  const path = pathStart < 0 ? '' : url.slice(pathStart);
  const stickyUrl = req.args === undefined ? url : `${url}?${req.args}`;
  for (let attempt = 0; ; attempt++) {
    const choice = await chooseMember(balancer, stickyUrl, req.headersIn.get('Cookie'));
    if (choice.kind === 'none') {
      logRequest(req, 'error', 'proxy_balancer', choice.number, choice.message);
      call.release();
      return 503;
    }
    const { worker } = choice;
    const { scheme } = worker.settings;
    const handler = servedScheme(req.server.gateway, scheme);
    setVariables(req, balancer, choice);
    req.filename = `proxy:${worker.settings.name}${path}`;
    const canonical = handler ? canonicalise(req) : noHandler(req, url, scheme);
    if (!handler || canonical !== OK) {
      balancer.release(worker, canonical);
      call.release();
      return canonical;
    }
    const outcome = await call.attempt(handler, worker);
    const isOwnFailure = outcome.result !== OK && outcome.result !== DONE && !overrides(outcome.status);
    if (isOwnFailure) balancer.noteFailure(worker, outcome.status);
    else balancer.noteSuccess(worker);
    if (balancer.release(worker, outcome.status)) {
      logRequest(
        req,
        'error',
        'proxy_balancer',
        'AH01174',
        `${definition.name}: Forcing worker (${worker.settings.name}) into error state due to status code ${outcome.status} matching 'failonstatus' balancer parameter`,
      );
    }
    if (!outcome.mayFailOver || worker.isUsable || attempt >= balancer.maxAttempts) {
      call.release();
      return outcome.result;
    }
  }
}

/** How one attempt came out. */
interface Attempt {
  readonly result: HookResult;
  readonly status: number;
  readonly mayFailOver: boolean;
}

/** A request for the members of a balancer. */
class BalancedCall implements SchemeCall {
  readonly req: RequestRecord;
  worker!: Worker;
  readonly defaultTimeoutMs: number;
  readonly overrides: (status: number) => boolean;
  body: unknown = undefined;
  wasRetried = false;
  #handler: SchemeHandler | undefined;
  #resolve: ((attempt: Attempt) => void) | undefined;

  constructor(req: RequestRecord, defaultTimeoutMs: number, overrides: (status: number) => boolean) {
    this.req = req;
    this.defaultTimeoutMs = defaultTimeoutMs;
    this.overrides = overrides;
  }

  attempt(handler: SchemeHandler, worker: Worker): Promise<Attempt> {
    this.worker = worker;
    this.#handler = handler;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      handler.handle(this)?.catch(reject);
    });
  }

  /** The request is over. */
  release(): void {
    this.#handler?.release(this);
  }

  connectFailed(): void {
    const { address, settings } = this.worker;
    const text = `disabling worker for (${address.host}:${address.port}) for ${settings.retryMs / 1000}s`;
    logRequest(this.req, 'error', 'proxy', 'AH00959', `ap_proxy_connect_backend ${text}`);
  }

  attempted(result: HookResult, status: number, mayFailOver: boolean): void {
    this.#resolve?.({ result, status, mayFailOver });
  }
}

function chooseMember(
  balancer: Balancer,
  url: string,
  cookie: string | undefined,
): Promise<ChosenMember | NoMember> {
  return new Promise((resolve) => {
    balancer.chooseWithin({ url, cookie }, resolve);
  });
}

/** Tells the application and the logs who was chosen, and why. */
function setVariables(req: RequestRecord, balancer: Balancer, choice: ChosenMember): void {
  const env = req.subprocessEnv;
  if (choice.isRouteChanged) env.set('BALANCER_ROUTE_CHANGED', '1');
  env.set('BALANCER_NAME', balancer.settings.name);
  env.set('BALANCER_WORKER_NAME', choice.worker.settings.name);
  env.set('BALANCER_WORKER_ROUTE', choice.worker.route);
  if (choice.route !== undefined) {
    env.set('BALANCER_SESSION_STICKY', choice.stickyName ?? '');
    env.set('BALANCER_SESSION_ROUTE', choice.route);
  }
}
