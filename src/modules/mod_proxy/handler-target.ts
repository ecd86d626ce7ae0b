import type { Worker } from '../../backend/worker.ts';
import type { GatewayPlan } from '../../pipeline/server.ts';
import { remembering } from '../../source/remembering.ts';
import { servedScheme } from './canonicalise.ts';
import { findWorkerBelow, type ProxyServerConfig } from './config.ts';
import { hasForbiddenByte } from './path-encoding.ts';
import type { SchemeHandler } from './scheme.ts';
import { parseNetLocation } from './url.ts';
import { definedWorker, socketPath, strayWorker } from './workers.ts';

/** What the text of a `proxy:` handler decides alike for every file that it serves. */
export interface HandlerTarget {
  readonly scheme: SchemeHandler;
  /** `proxy:fcgi://host:port`, canonical. */
  readonly origin: string;
  /** What stands between the origin and the file's path; usually nothing. */
  readonly path: string;
  /** Of a `unix:` handler, absolute. */
  readonly socket: string | undefined;
  /** undefined: which worker it is depends on the file. */
  readonly worker: Worker | undefined;
  /** No line of the configuration defines the worker. */
  readonly isStray: boolean;
}

/** `proxy:[unix:<socket>|]<scheme>://<authority>[<path>]`; any other form is left to the general way. */
const WHOLE_URL = /^proxy:(?:unix:([^|]+)\|)?([A-Za-z][A-Za-z0-9+.-]*):(\/\/[^/]+)(\/.*)?$/is;

function makeTarget(
  text: string,
  server: ProxyServerConfig,
  gateway: GatewayPlan,
): HandlerTarget | undefined {
  const parts = WHOLE_URL.exec(text) as (string | undefined)[] | null;
  if (!parts) return undefined;
  const [, socketText, schemeName, authority, path = ''] = parts;
  const scheme = servedScheme(gateway, schemeName!);
  const place = parseNetLocation(authority!);
  if (!scheme || typeof place === 'string' || hasForbiddenByte(path, true)) return undefined;
  const origin = scheme.origin(place);
  const url = `${origin}${path}/`.slice('proxy:'.length);
  const socket = socketText === undefined ? undefined : socketPath(socketText, gateway);
  const found = findWorkerBelow(server.workers, url);
  const worker =
    found === 'depends'
      ? undefined
      : found
        ? definedWorker(found, url, socket, server, gateway)
        : strayWorker(url, socket, server);
  return { scheme, origin, path, socket, worker, isStray: found === undefined };
}

const byServer = new WeakMap<ProxyServerConfig, (text: string) => HandlerTarget | undefined>();

/**
 * The target of a handler.
 *
 * @returns undefined where the file's path may change more than the path of the URL, or the text makes no sense
 */
export function handlerTarget(
  text: string,
  server: ProxyServerConfig,
  gateway: GatewayPlan,
): HandlerTarget | undefined {
  let recall = byServer.get(server);
  if (!recall) {
    recall = remembering({ most: 256, longest: 500 }, (own) => makeTarget(own, server, gateway));
    byServer.set(server, recall);
  }
  return recall(text);
}
