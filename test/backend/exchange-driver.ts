import type { BackendError } from '../../src/fastcgi/errors.ts';
import type { Exchange, ExchangeListener } from '../../src/fastcgi/exchange.ts';
import { encodePairs } from '../../src/fastcgi/params.ts';
import { EMPTY_STDIN, type StdinSource } from '../../src/fastcgi/stdin-source.ts';
import { PoolRegistry } from '../../src/backend/pool-registry.ts';
import { WORKER_DEFAULTS, type WorkerSettings } from '../../src/backend/worker-settings.ts';
import { Worker } from '../../src/backend/worker.ts';

/** Everything that a listener was told, once the exchange is over. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly isStdoutEnded: boolean;
  readonly unknown: readonly number[];
  /** undefined: the exchange failed. */
  readonly isReusable: boolean | undefined;
  readonly error: BackendError | undefined;
  readonly ms: number;
}

export interface Started {
  readonly exchange: Exchange;
  readonly outcome: Promise<Outcome>;
}

export function worker(
  at: number | string,
  settings: Partial<WorkerSettings> = {},
  pools = new PoolRegistry(),
): Worker {
  const place = typeof at === 'string' ? { port: 8000, socketPath: at } : { port: at, socketPath: undefined };
  return new Worker(
    {
      ...WORKER_DEFAULTS,
      name: 'fcgi://127.0.0.1',
      scheme: 'fcgi',
      host: '127.0.0.1',
      ...place,
      ...settings,
    },
    pools,
  );
}

export interface RunOptions {
  readonly stdin?: StdinSource;
  readonly timeoutMs?: number;
  readonly isFresh?: boolean;
  readonly params?: readonly (readonly [string, string])[];
  readonly onStdout?: (piece: Buffer | string, exchange: Exchange) => void;
}

function latin1(piece: Buffer | string): string {
  return typeof piece === 'string' ? piece : piece.toString('latin1');
}

/** Starts a request whose QUERY_STRING chooses what the responder does. */
export function start(target: Worker, query: string, options: RunOptions = {}): Started {
  const startedMs = performance.now();
  let exchange: Exchange | undefined;
  const outcome = new Promise<Outcome>((resolve) => {
    const told = {
      stdout: [] as (Buffer | string)[],
      stderr: '',
      isStdoutEnded: false,
      unknown: [] as number[],
    };
    const finish = (isReusable: boolean | undefined, error: BackendError | undefined): void => {
      resolve({
        // Only now: what a listener was given must still be what came.
        stdout: told.stdout.map(latin1).join(''),
        stderr: told.stderr,
        isStdoutEnded: told.isStdoutEnded,
        unknown: told.unknown,
        isReusable,
        error,
        ms: performance.now() - startedMs,
      });
    };
    const listener: ExchangeListener = {
      stdout(piece) {
        if (options.onStdout !== undefined && exchange !== undefined) options.onStdout(piece, exchange);
        else told.stdout.push(piece);
      },
      stderr: (text) => void (told.stderr += text),
      stdoutEnd: () => void (told.isStdoutEnded = true),
      unknownRecord: (type) => void told.unknown.push(type),
      end: (isReusable) => finish(isReusable, undefined),
      fail: (error) => finish(undefined, error),
    };
    exchange = target.run(
      {
        params: encodePairs([['QUERY_STRING', query], ...(options.params ?? [])]),
        stdin: options.stdin ?? EMPTY_STDIN,
        defaultTimeoutMs: options.timeoutMs ?? 5000,
        isFresh: options.isFresh ?? false,
      },
      listener,
    );
  });
  if (exchange === undefined) throw new Error('run gave no exchange');
  return { exchange, outcome };
}

export function run(target: Worker, query: string, options: RunOptions = {}): Promise<Outcome> {
  return start(target, query, options).outcome;
}

/** What a good request to a misbehaving responder must give, whatever came before it. */
export const GOOD_ANSWER = 'Content-Type: text/plain\r\n\r\nparams=1 stdin=0';

/** Waits until something holds; fails after two seconds. */
export async function until(holds: () => boolean, limitMs = 10_000): Promise<void> {
  const giveUpMs = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > giveUpMs) throw new Error('the awaited condition never held');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
