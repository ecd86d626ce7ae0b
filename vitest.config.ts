import { defineConfig } from 'vitest/config';

export const config = defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real servers and real clocks on a shared machine: what is broken fails twice, and is red.
    retry: 1,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The suites start servers of their own; more than the cores' number of them at once only makes all slow.
    maxWorkers: 2,
    reporters: ['default'],
  },
});

// eslint-disable-next-line no-restricted-exports -- the one name by which vitest finds its configuration
export { config as default };
