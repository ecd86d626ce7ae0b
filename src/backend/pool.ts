import {
  connectSocket,
  type ConnectedSocket,
  type ConnectTarget,
  type PendingConnect,
} from '../fastcgi/connect.ts';
import { FastCgiConnection, type ConnectionOwner } from '../fastcgi/connection.ts';
import {
  BackendAcquireTimeoutError,
  BackendConnectError,
  BackendConnectTimeoutError,
  BackendNameError,
  BackendQueueFullError,
  BackendShutError,
  errnoOf,
} from '../fastcgi/errors.ts';
import type { Exchange, ExchangeListener } from '../fastcgi/exchange.ts';
import type { BackendAddress } from './address.ts';
import { AddressBook } from './address-book.ts';
import { PoolExchange, type ExchangeKeeper, type PoolCall, type PoolTerms } from './pool-exchange.ts';
import type { SlotAccount, SlotArbiter, SlotHolder } from './slot-arbiter.ts';
import { StarvationWatch } from './starvation-watch.ts';
import { addMember, removeMember } from './swap-list.ts';
import { atTurnEnd } from '../pipeline/turn-end.ts';
import { nowMs, startTimer, stopTimer, type Timed } from './timers.ts';

/** More requests than this never wait for one backend: the next one is told so at once. */
const MAX_WAITING = 8192;

/** How often a full accept queue is tried again, beside each time that a connection closes; no event tells. */
const BACKLOG_RETRY_MS = 2;

/** What an exchange waits for whose backend's name is being resolved. That goes on when it gives up. */
const RESOLVING: PendingConnect = { cancel: () => undefined };

/**
 * The connections of this process to one backend address.
 *
 * Requests are served in the order of their arrival: by the connection that went idle last, else by a new one while
 * the arbiter has a slot, else they wait. An application such as PHP-FPM binds a child to each connection, so a kept
 * one is given up when another connection seems to wait for a child (`starvation-watch.ts`).
 */
export class Pool implements ConnectionOwner, ExchangeKeeper, SlotHolder {
  readonly address: BackendAddress;
  readonly #slots: SlotAccount;
  readonly #book: AddressBook;
  readonly #watch: StarvationWatch<FastCgiConnection>;
  /** Where to connect: the socket, or the name's addresses as they were last known. */
  #targets: readonly ConnectTarget[];
  #addresses: readonly string[] | undefined;
  readonly #connections: FastCgiConnection[] = [];
  /** The one that went idle last is at the end. */
  readonly #idle: FastCgiConnection[] = [];
  readonly #waiting: PoolExchange[] = [];
  /** Hold an idle connection, but have not written to it yet. */
  #starting: PoolExchange[] = [];
  /** Every exchange that is not over: waiting, connecting, starting or running. */
  readonly #exchanges: PoolExchange[] = [];
  #sequence = 0;
  #connecting = 0;
  #isServing = false;
  /** `smax` and `ttl` of the latest request. */
  #keptConnections = Infinity;
  #idleMs = Infinity;
  readonly #sweep: Timed = { dueMs: 0, timerIndex: -1, expire: () => this.#closeExpired() };
  #isBacklogFull = false;
  #backlogTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(address: BackendAddress, arbiter: SlotArbiter) {
    this.address = address;
    this.#book = new AddressBook(address.host);
    this.#targets = address.socketPath === undefined ? [] : [{ path: address.socketPath }];
    this.#watch = new StarvationWatch({
      giveUpOne: () => this.giveUpIdle(1) > 0,
      callForIdle: () => this.#slots.callForIdle(),
    });
    this.#slots = arbiter.join(address.key, this);
  }

  /** Numbers for status pages and tests. */
  get stats(): { readonly idle: number; readonly open: number; readonly waiting: number } {
    return {
      idle: this.#idle.length,
      open: this.#connections.length + this.#connecting,
      waiting: this.waitingCount,
    };
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** Runs a request as soon as there is a connection for it. The listener is never called before this returns. */
  run(call: PoolCall, terms: PoolTerms, listener: ExchangeListener): Exchange {
    const exchange = new PoolExchange(call, terms, listener, (this.#sequence += 1), this);
    addMember(this.#exchanges, exchange);
    this.#keptConnections = terms.keptConnections;
    this.#idleMs = terms.idleMs;
    if (this.#waiting.length >= MAX_WAITING) {
      setImmediate(() => exchange.fail(new BackendQueueFullError(this.#name)));
      return exchange;
    }
    this.#waiting.push(exchange);
    this.#serve();
    if (exchange.connection === undefined && exchange.connecting === undefined) {
      startTimer(exchange, nowMs() + terms.acquireMs);
    }
    return exchange;
  }

  /** Keeps no connection from now on; what runs and what waits is served to its end. */
  close(): void {
    this.#isClosed = true;
    this.giveUpIdle(Infinity);
    this.#unregisterWhenEmpty();
  }

  /** Fails what runs and what waits, and closes every connection. */
  destroy(): void {
    this.close();
    for (const exchange of [...this.#exchanges]) {
      const { connection } = exchange;
      exchange.fail(new BackendShutError(this.#name));
      connection?.destroy();
    }
    for (const connection of [...this.#connections]) connection.destroy();
  }

  slotMayBeFree(): void {
    this.#serve();
  }

  giveUpIdle(count: number): number {
    let given = 0;
    for (let oldest = this.#idle[0]; oldest !== undefined && given < count; oldest = this.#idle[0]) {
      this.#idle.shift();
      oldest.destroy();
      given += 1;
    }
    return given;
  }

  connectionAnswered(connection: FastCgiConnection): void {
    this.#watch.forget(connection);
  }

  connectionFree(connection: FastCgiConnection): void {
    const now = connection.freeSinceMs;
    if (this.#isClosed || this.#idle.length >= this.#keptConnections || this.#watch.takeStarving(now)) {
      connection.destroy();
      return;
    }
    this.#idle.push(connection);
    const next = this.#waiting[0];
    this.#serve();
    if (next?.connection === connection) next.isHandedOver = true;
    if (this.#idle.length === 0) return;
    this.#watch.look();
    if (this.#idleMs < Infinity && this.#sweep.timerIndex < 0) startTimer(this.#sweep, now + this.#idleMs);
  }

  connectionClosed(connection: FastCgiConnection): void {
    removeMember(this.#connections, connection);
    this.#watch.forget(connection);
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
    this.#giveSlotBack();
    // The application can accept another one now, but needs a moment to do so.
    if (this.#backlogTimer !== undefined) setImmediate(() => this.#tryBacklogAgain());
  }

  exchangeExpired(exchange: PoolExchange): void {
    exchange.fail(
      exchange.hasMetFullBacklog
        ? new BackendConnectTimeoutError(this.#connectLog(undefined, new Error('accept queue full')))
        : new BackendAcquireTimeoutError(this.#name),
    );
  }

  exchangeOver(exchange: PoolExchange): void {
    removeMember(this.#exchanges, exchange);
    const { connection, connecting } = exchange;
    if (connecting !== undefined) {
      exchange.connecting = undefined;
      connecting.cancel(exchange);
      this.#connectingOver();
      return;
    }
    if (connection === undefined) {
      const index = this.#waiting.indexOf(exchange);
      if (index >= 0) this.#waiting.splice(index, 1);
      return;
    }
    if (connection.served > 0)
      this.#watch.served(connection.lastMs - exchange.startedMs, connection.served > 1);
  }

  get #name(): string {
    const { socketPath, host, port } = this.address;
    return socketPath ?? `${host}:${port}`;
  }

  /** Gives every request at the head of the queue what there is for it. */
  #serve(): void {
    if (this.#isServing) return;
    this.#isServing = true;
    for (let head = this.#waiting[0]; head !== undefined; head = this.#waiting[0]) {
      const idle = head.call.isFresh ? undefined : this.#takeIdle();
      if (idle === undefined && !this.#takeSlot(head)) break;
      this.#waiting.shift();
      stopTimer(head);
      if (idle === undefined) this.#open(head);
      else this.#startSoon(head, idle);
    }
    this.#isServing = false;
  }

  #takeSlot(head: PoolExchange): boolean {
    // Since the accept queue was full one attempt at a time tells when there is room, until nobody waits.
    if (this.#isBacklogFull && (this.#backlogTimer !== undefined || this.#connecting > 0)) return false;
    const { maxConnections } = head.terms;
    if (this.#slots.tryTake(maxConnections)) return true;
    if (this.#idle.length === 0) return false;
    this.giveUpIdle(1);
    return this.#slots.tryTake(maxConnections);
  }

  #takeIdle(): FastCgiConnection | undefined {
    this.#closeExpired();
    return this.#idle.pop();
  }

  /** Closes what was idle for longer than `ttl`; the oldest come first. */
  #closeExpired(): void {
    if (this.#idleMs === Infinity) return;
    const limit = nowMs() - this.#idleMs;
    for (let oldest = this.#idle[0]; oldest !== undefined; oldest = this.#idle[0]) {
      if (oldest.freeSinceMs > limit) {
        startTimer(this.#sweep, oldest.freeSinceMs + this.#idleMs);
        return;
      }
      this.giveUpIdle(1);
    }
  }

  /**
   * Writes to a kept connection at the end of this turn of the event loop, when all that the last poll found has been
   * read: bytes or an end that were already there have closed it by then, and it is not used. One that is handed over
   * waits for one more poll, as what an application says or does behind END_REQUEST comes a little later.
   */
  #startSoon(exchange: PoolExchange, connection: FastCgiConnection): void {
    exchange.connection = connection;
    if (this.#starting.push(exchange) === 1) atTurnEnd('send', () => this.#startAll());
  }

  /** Writes to every kept connection that was taken in this turn. */
  #startAll(): void {
    const starting = this.#starting;
    this.#starting = [];
    const now = nowMs();
    for (const exchange of starting) this.#start(exchange, now);
    this.#serve();
  }

  #start(exchange: PoolExchange, now: number): void {
    const { connection } = exchange;
    if (connection === undefined || exchange.isOver) return;
    if (connection.isClosed) {
      exchange.connection = undefined;
      this.#queueAgain(exchange, now + exchange.terms.acquireMs);
    } else if (exchange.isHandedOver) {
      exchange.isHandedOver = false;
      setImmediate(() => {
        this.#start(exchange, nowMs());
        this.#serve();
      });
    } else {
      exchange.startOn(connection, now);
    }
  }

  /** Puts a request back to its place in the order of arrival. */
  #queueAgain(exchange: PoolExchange, dueMs: number): void {
    const index = this.#waiting.findIndex((other) => other.sequence > exchange.sequence);
    if (index < 0) this.#waiting.push(exchange);
    else this.#waiting.splice(index, 0, exchange);
    startTimer(exchange, dueMs);
  }

  #open(exchange: PoolExchange): void {
    this.#connecting += 1;
    const { socketPath, host } = this.address;
    if (socketPath !== undefined) {
      exchange.targets = this.#targets;
      this.#connect(exchange, 0);
      return;
    }
    exchange.connecting = RESOLVING;
    this.#book.resolve(exchange.terms.addressTtlMs, (error, addresses) => {
      if (exchange.connecting !== RESOLVING) return;
      if (error === undefined) {
        exchange.targets = this.#targetsAt(addresses);
        this.#connect(exchange, 0);
      } else this.#connectFailed(exchange, new BackendNameError(host, error));
    });
  }

  /** The places to try, in order; the same list while the name's addresses are the same. */
  #targetsAt(addresses: readonly string[]): readonly ConnectTarget[] {
    if (this.#addresses !== addresses) {
      const { port, localAddress } = this.address;
      this.#addresses = addresses;
      this.#targets = addresses.map((host) => ({ host, port, localAddress }));
    }
    return this.#targets;
  }

  #connect(exchange: PoolExchange, index: number): void {
    const target = exchange.targets[index];
    if (target === undefined) return;
    exchange.targetIndex = index;
    exchange.connecting = connectSocket(target, exchange.terms.connectTimeoutMs, exchange);
  }

  exchangeConnected(exchange: PoolExchange, made: ConnectedSocket): void {
    const { keepAlive, keepConnection } = exchange.terms;
    exchange.connecting = undefined;
    this.#connecting -= 1;
    if (this.address.socketPath === undefined) made.socket.setKeepAlive(keepAlive);
    const connection = new FastCgiConnection(made, this);
    addMember(this.#connections, connection);
    this.#watch.opened(connection, keepConnection || this.#idle.length > 0);
    if (this.#waiting.length === 0) this.#isBacklogFull = false;
    exchange.startOn(connection, connection.openedMs);
    this.#serve();
  }

  exchangeNotConnected(exchange: PoolExchange, error: Error | undefined): void {
    const { targets, targetIndex } = exchange;
    if (this.address.socketPath !== undefined && isBacklogFull(error)) this.#metFullBacklog(exchange);
    else if (targetIndex + 1 < targets.length) this.#connect(exchange, targetIndex + 1);
    else {
      const log = this.#connectLog(targets[targetIndex], error);
      this.#connectFailed(
        exchange,
        error === undefined ? new BackendConnectTimeoutError(log) : new BackendConnectError(log, error),
      );
    }
  }

  #connectFailed(
    exchange: PoolExchange,
    error: BackendConnectError | BackendConnectTimeoutError | BackendNameError,
  ): void {
    exchange.connecting = undefined;
    exchange.fail(error);
    this.#connectingOver();
  }

  #connectingOver(): void {
    this.#connecting -= 1;
    this.#giveSlotBack();
  }

  /** The application's accept queue has no room: the request waits its turn, and idle connections make way. */
  #metFullBacklog(exchange: PoolExchange): void {
    exchange.connecting = undefined;
    this.#isBacklogFull = true;
    const dueMs = exchange.hasMetFullBacklog ? exchange.dueMs : nowMs() + exchange.terms.connectTimeoutMs;
    exchange.hasMetFullBacklog = true;
    this.#queueAgain(exchange, dueMs);
    if (this.giveUpIdle(1) === 0) this.#slots.callForIdle();
    this.#backlogTimer ??= setTimeout(() => this.#tryBacklogAgain(), BACKLOG_RETRY_MS);
    this.#connectingOver();
  }

  #tryBacklogAgain(): void {
    clearTimeout(this.#backlogTimer);
    this.#backlogTimer = undefined;
    this.#serve();
  }

  #giveSlotBack(): void {
    this.#slots.giveBack();
    this.#unregisterWhenEmpty();
  }

  /** Nothing runs, waits or is open. */
  get isEmpty(): boolean {
    return this.#exchanges.length === 0 && this.#connections.length === 0 && this.#connecting === 0;
  }

  #unregisterWhenEmpty(): void {
    if (!this.#isClosed || !this.isEmpty) return;
    this.#slots.leave(this);
    this.#watch.stop();
  }

  #connectLog(
    target: ConnectTarget | undefined,
    error: Error | undefined,
  ): { number: string; message: string; cause?: string } {
    const { socketPath, host, port } = this.address;
    const cause = error === undefined ? { cause: '(110)Connection timed out' } : errnoOf(error);
    if (socketPath !== undefined) {
      const who = isAccessDenied(error) ? ` (this process is uid ${process.getuid?.() ?? '?'})` : '';
      const message = `FCGI: attempt to connect to Unix domain socket ${socketPath} (${host}:${port}) failed${who}`;
      return { number: 'AH02454', message, ...cause };
    }
    const at = target !== undefined && 'host' in target ? `${target.host}:${target.port}` : host;
    return {
      number: 'AH00957',
      message: `FCGI: attempt to connect to ${at} (${host}:${port}) failed`,
      ...cause,
    };
  }
}

function isAccessDenied(error: Error | undefined): boolean {
  return error !== undefined && 'code' in error && error.code === 'EACCES';
}

function isBacklogFull(error: Error | undefined): boolean {
  return error !== undefined && 'code' in error && error.code === 'EAGAIN';
}
