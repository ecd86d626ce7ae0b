import { nowMs as monotonicMs } from '../timers.ts';
import { STATUS } from '../worker-status.ts';
import type { Worker } from '../worker.ts';
import type { BalancerSettings } from './balancer-settings.ts';
import { findCandidates } from './candidates.ts';
import { enterErrorState, recoverIfAllFailed, retryMember } from './error-state.ts';
import { LB_METHODS } from './lb-method.ts';
import { findRoute } from './sticky.ts';

/** What a request brings to the choice. */
export interface BalancerQuery {
  /** The balancer URL of the request with its query string: where a sticky route may stand. */
  readonly url: string;
  /** The Cookie header. */
  readonly cookie: string | undefined;
}

export interface ChosenMember {
  readonly kind: 'member';
  readonly worker: Worker;
  /** Name under which a session was found (BALANCER_SESSION_STICKY). */
  readonly stickyName: string | undefined;
  /** The route asked for (BALANCER_SESSION_ROUTE). */
  readonly route: string | undefined;
  /** BALANCER_ROUTE_CHANGED. */
  readonly isRouteChanged: boolean;
}

/** Nobody to serve the request: 503. */
export interface NoMember {
  readonly kind: 'none';
  readonly number: 'AH01167' | 'AH01170' | 'AH01171';
  readonly message: string;
}

/**
 * The members of one balancer and the choice among them. Counters are those of this process: with several serving
 * processes each balances its own requests, where httpd's processes share the counters.
 *
 * For each request: `choose`, run it, `noteFailure` when the gateway itself answers 500, 502 or 503, and `release`
 * once in any case; then, while the member is unusable and `maxAttempts` allows, `choose` again.
 */
export class Balancer {
  /** The balancer-manager may put other settings in place. */
  settings: BalancerSettings;
  readonly members: readonly Worker[];
  readonly #now: () => number;

  constructor(settings: BalancerSettings, members: readonly Worker[], now: () => number = monotonicMs) {
    this.settings = settings;
    this.members = members;
    this.#now = now;
  }

  /** How often a failed request may go to another member. */
  get maxAttempts(): number {
    return this.settings.maxAttempts ?? Math.max(0, this.members.length - 1);
  }

  /** The member for a request; it counts as busy until `release`. */
  choose(query: BalancerQuery): ChosenMember | NoMember {
    const { settings, members } = this;
    const now = this.#now();
    if (members.length === 0) return this.#none('AH01171', 'No workers in balancer');
    recoverIfAllFailed(members, settings.forceRecovery, now);
    const sticky = findRoute(settings, query.url, query.cookie);
    const route = sticky?.route;
    const session = { stickyName: route === undefined ? undefined : sticky?.name, route };
    if (route !== undefined) {
      const worker = this.#memberOfRoute(route, now, 1);
      if (worker !== undefined) {
        this.#countSticky(worker);
        return this.#chosen(worker, { ...session, isRouteChanged: worker.route !== route });
      }
      if (settings.noFailover && members.some((member) => member.route === route)) {
        return this.#none('AH01167', `All workers are in error state for route (${route})`);
      }
    }
    const offered = findCandidates(members, now);
    const worker = offered.length === 0 ? undefined : LB_METHODS[settings.lbmethod](offered);
    if (worker === undefined) return this.#none('AH01170', 'All workers are in error state');
    return this.#chosen(worker, { ...session, isRouteChanged: settings.stickySession !== undefined });
  }

  /**
   * The member for a request, waiting up to the balancer's `timeout` for one to become usable.
   *
   * @param done called once, possibly before this returns
   * @returns a function that gives up silently
   */
  chooseWithin(query: BalancerQuery, done: (choice: ChosenMember | NoMember) => void): () => void {
    const first = this.choose(query);
    const { waitMs } = this.settings;
    if (first.kind === 'member' || first.number !== 'AH01170' || waitMs === 0) {
      done(first);
      return () => {};
    }
    const giveUpMs = this.#now() + waitMs;
    const timer = setInterval(
      () => {
        const choice = this.choose(query);
        if (choice.kind === 'none' && this.#now() < giveUpMs) return;
        clearInterval(timer);
        done(choice);
      },
      Math.max(10, waitMs / 100),
    );
    return () => clearInterval(timer);
  }

  /**
   * Puts a member into error state when the gateway's own answer says that it is broken (not the script's).
   *
   * @returns true: `maxAttempts` allowing, another member may be tried
   */
  noteFailure(worker: Worker, status: number): boolean {
    if (status !== 500 && status !== 502 && status !== 503) return false;
    enterErrorState(worker, this.#now());
    return status !== 500 && !worker.isUsable;
  }

  /** The backend was reached. */
  noteSuccess(worker: Worker): void {
    worker.errorTimeMs = -Infinity;
    worker.isOnTrial = false;
    worker.retries = 0;
  }

  /**
   * The request is over for this member.
   *
   * @param status what the client gets
   * @returns true: the status is one of `failonstatus`, and the member is now in error state (AH01174)
   */
  release(worker: Worker, status: number): boolean {
    worker.busy = Math.max(0, worker.busy - 1);
    if (!this.settings.failOnStatus.includes(status)) return false;
    enterErrorState(worker, this.#now());
    return true;
  }

  #chosen(worker: Worker, session: Omit<ChosenMember, 'kind' | 'worker'>): ChosenMember {
    worker.elected += 1;
    worker.busy += 1;
    return { kind: 'member', worker, ...session };
  }

  #none(number: NoMember['number'], message: string): NoMember {
    return { kind: 'none', number, message: `${this.settings.name}: ${message}` };
  }

  /** A member with this route that can be used, draining ones too; else the one that it redirects to. */
  #memberOfRoute(route: string, now: number, depth: number): Worker | undefined {
    for (const isStandbyTurn of [false, true]) {
      for (const member of this.members) {
        if (member.route !== route || member.has(STATUS.hotStandby) !== isStandbyTurn) continue;
        if (!member.isUsable) retryMember(member, now);
        if (member.isUsable) return member;
        if (member.redirect === '' || depth >= this.members.length) continue;
        const other = this.#memberOfRoute(member.redirect, now, depth + 1);
        if (other !== undefined) return other;
      }
    }
    return undefined;
  }

  /** Sticky requests count in the balance of the others. */
  #countSticky(worker: Worker): void {
    let total = 0;
    for (const member of this.members) {
      if (!member.isUsable) continue;
      member.lbstatus += member.lbfactor;
      total += member.lbfactor;
    }
    worker.lbstatus -= total;
  }
}
