import { readFileSync } from 'node:fs';
import { bindHtaccess } from '../bind/bind.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { loadHtaccess } from '../load/load.ts';
import type { HtaccessRequest } from '../load/request.ts';
import { OVERRIDE_BITS } from '../modules/core/overrides.ts';
import { planHtaccess } from '../plan/plan.ts';
import type { HtaccessReader } from '../pipeline/server.ts';
import { fsPath } from '../source/fs-path.ts';
import { positionOf } from '../source/line-index.ts';
import type { SourceSet } from '../source/source.ts';

/** What reading an `.htaccess` takes from the configuration that runs. Plain data. */
export type HtaccessSurroundings = HtaccessRequest['running'];

/** The function that reads `.htaccess` files for a plan. Keeping what was read is the caller's part. */
export function htaccessReader(surroundings: HtaccessSurroundings): HtaccessReader {
  return (path, directory, overrides, server) => {
    let text: string;
    try {
      text = readFileSync(fsPath(path), 'latin1');
    } catch (error) {
      return { error: (error as NodeJS.ErrnoException).message, isUnreadable: true };
    }
    const loaded = loadHtaccess({
      path,
      text,
      running: surroundings,
      admits: (row) =>
        row.override.some((name) => (overrides.classes & OVERRIDE_BITS[name]) !== 0) ||
        overrides.list?.has(row.name.toLowerCase()) === true,
      ignoresForbidden: overrides.nonfatalOverride,
    });
    const span = { file: 0, start: 0, end: 0 };
    const { scope, diagnostics } = bindHtaccess(loaded.tree, span, directory, overrides, surroundings);
    const fault = [...loaded.diagnostics, ...diagnostics].find((found) => found.severity === 'error');
    if (fault !== undefined) return { error: placed(loaded.sources, fault) };
    return { config: planHtaccess(scope, server) };
  };
}

function placed(sources: SourceSet, diagnostic: Diagnostic): string {
  const { path, line } = positionOf(sources, diagnostic.span);
  return `${path}:${line}: ${diagnostic.message}`;
}
