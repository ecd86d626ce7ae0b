import { readFileSync } from 'node:fs';
import { bindHtaccess } from '../bind/bind.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { loadHtaccess } from '../load/load.ts';
import type { HtaccessRequest } from '../load/request.ts';
import { OVERRIDE_BITS } from '../modules/core/overrides.ts';
import { planHtaccess, usesHostnames } from '../plan/plan.ts';
import type { HtaccessReader } from '../pipeline/server.ts';
import { fsPath } from '../source/fs-path.ts';
import { showSystemError } from '../source/system-error.ts';
import { positionOf } from '../source/line-index.ts';
import type { SourceSet } from '../source/source.ts';
import { placeOf } from './report.ts';
import { helpAgainst, refusesUse, type UnservedPolicy } from './unserved.ts';

/** What reading an `.htaccess` takes from the configuration that runs, and from its command line. Plain data. */
export interface HtaccessSurroundings {
  readonly running: HtaccessRequest['running'];
  readonly unserved: UnservedPolicy;
}

/** The function that reads `.htaccess` files for a plan. Keeping what was read is the caller's part. */
export function htaccessReader({ running, unserved }: HtaccessSurroundings): HtaccessReader {
  return (path, directory, overrides, server) => {
    let text: string;
    try {
      text = readFileSync(fsPath(path), 'latin1');
    } catch (error) {
      return { unreadable: showSystemError(error) ?? String(error) };
    }
    const loaded = loadHtaccess({
      path,
      text,
      running,
      admits: (row) =>
        row.override.some((name) => (overrides.classes & OVERRIDE_BITS[name]) !== 0) ||
        overrides.list?.has(row.name.toLowerCase()) === true,
      ignoresForbidden: overrides.nonfatalOverride,
    });
    const span = { file: 0, start: 0, end: 0 };
    const { scope, diagnostics, uses } = bindHtaccess(loaded.tree, span, directory, overrides, running);
    const fault = [...loaded.diagnostics, ...diagnostics].find((found) => found.severity === 'error');
    if (fault !== undefined) return { error: placed(loaded.sources, fault) };
    const told = new Set<string>();
    for (const use of uses) {
      if (use.service !== 'not served') continue;
      const message = `${placeOf(loaded.sources, use.span)}: ${use.directive} is not served: ${use.note}`;
      // Fails closed: what the file's author meant to protect stays shut.
      if (refusesUse(use, unserved)) return { error: `${message} (${helpAgainst(use, unserved)})` };
      if (!told.has(use.directive)) server.gateway.errorLog.log('warn', 'core', '', message, { server });
      told.add(use.directive);
    }
    return { config: planHtaccess(scope, server), usesHostnames: usesHostnames(scope) };
  };
}

function placed(sources: SourceSet, diagnostic: Diagnostic): string {
  const { path, line } = positionOf(sources, diagnostic.span);
  return `${path}:${line}: ${diagnostic.message}`;
}
