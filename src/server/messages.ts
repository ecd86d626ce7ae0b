import type { BoundConfig } from '../bind/bound.ts';
import type { ServerSettings } from './settings.ts';

/** All that a serving process starts from. Plain data. */
export interface ServingInput {
  readonly bound: BoundConfig;
  readonly settings: ServerSettings;
  /** What reading `.htaccess` needs; known to the command only. */
  readonly htaccess: unknown;
}

/** From the primary to a serving process. */
export type ToWorker =
  | {
      readonly kind: 'serve';
      readonly input: ServingInput;
      /** Log files by path, with the descriptor that this process inherited. */
      readonly logs: readonly (readonly [path: string, fd: number])[];
      /** Bound sockets by the keys of their addresses, inherited likewise. */
      readonly sockets: readonly (readonly [key: string, fd: number])[];
    }
  /** Accept nothing more, finish what runs, end. */
  | { readonly kind: 'drain' };

export const ALIVE_EVERY_MS = 2000;

/** From a serving process to the primary. */
export type FromWorker =
  /** Listens to messages: what was sent before is lost. */
  | { readonly kind: 'awake' }
  | { readonly kind: 'ready' }
  /** Sent every {@link ALIVE_EVERY_MS}: the event loop turns. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'failed'; readonly message: string }
  /** Accepts nothing more and ends once its requests are done: another is wanted in its place. */
  | { readonly kind: 'leaving'; readonly reason: string }
  /** Lines for a program that the primary runs. */
  | { readonly kind: 'log'; readonly command: string; readonly viaShell: boolean; readonly lines: string };

export function isMessage<T extends { readonly kind: string }>(message: unknown): message is T {
  return (
    typeof message === 'object' && message !== null && 'kind' in message && typeof message.kind === 'string'
  );
}
