/**
 * Options of node for a process that serves: room for young objects, in MiB. With V8's own few, buffers that large
 * answers pass through are collected too often, and live requests are moved while they run. They have to be there
 * when a process starts; V8 takes no notice of them later.
 */
export const SERVING_HEAP = ['--min-semi-space-size=16', '--max-semi-space-size=32'] as const;
