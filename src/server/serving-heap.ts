import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8';

/** V8 keeps three such spaces: two halves, and as much for large young objects. */
const SEMI_SPACE_MIB = 32;
const YOUNG_BYTES = 3 * SEMI_SPACE_MIB * 1_048_576;

/**
 * Options of node for a process that serves: room for young objects. With V8's own little, buffers that large answers
 * pass through are collected too often, and live requests are moved while they run. They have to be there when a
 * process starts; V8 takes no notice of them later.
 */
export const SERVING_HEAP = ['--min-semi-space-size=16', `--max-semi-space-size=${SEMI_SPACE_MIB}`] as const;

/**
 * How much of the room for old objects is used, 0 to 1, in a process that was started with these options. What it
 * counts is mostly alive: the fuller it gets, the sooner V8 collects garbage. At 1 V8 ends the process.
 */
export function heapShare(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  let young = 0;
  for (const space of getHeapSpaceStatistics()) {
    if (space.space_name.startsWith('new_')) young += space.space_used_size;
  }
  return (used - young) / (limit - YOUNG_BYTES);
}

/**
 * Keeps V8 from making sockets old at birth, which it learns to do where many of them live a while. What a dead old
 * socket points to lives until the next full collection: with a connection for each request that was a sixth of all CPU.
 */
export function keepSocketsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
