import type { LintRule } from '../rule.ts';
import { fpmLimitExtensions } from './fpm-limit-extensions.ts';
import { fpmListenMismatch } from './fpm-listen-mismatch.ts';
import { reuseExceedsFpmChildren } from './reuse-exceeds-fpm-children.ts';
import { targetFileMissing } from './target-file-missing.ts';
import { timeoutBelowBackend } from './timeout-below-backend.ts';

/** Rules that have something to say only with what stands outside the configuration: `--root`, `--fpm-pool`, `--php-ini`. */
export const TARGET_RULES: readonly LintRule[] = [
  reuseExceedsFpmChildren,
  fpmListenMismatch,
  timeoutBelowBackend,
  fpmLimitExtensions,
  targetFileMissing,
];
