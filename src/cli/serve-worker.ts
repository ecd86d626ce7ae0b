import type { BoundRow, BoundScope } from '../bind/bound.ts';
import type { HtaccessReader } from '../pipeline/server.ts';
import type { ServingInput } from '../server/messages.ts';
import { runWorker } from '../server/worker.ts';
import type { HtaccessSurroundings } from './htaccess.ts';

/** True when some part of the configuration lets `.htaccess` files say anything. */
function honoursHtaccess(scope: BoundScope): boolean {
  return scope.items.some((item) => (item.kind === 'scope' ? honoursHtaccess(item) : isOverride(item)));
}

function isOverride({ directive, value }: BoundRow): boolean {
  if (directive === 'AllowOverrideList') return true;
  if (directive !== 'AllowOverride') return false;
  return typeof value !== 'object' || value === null || !('classes' in value) || value.classes !== 0;
}

const reads = async ({ bound, htaccess }: ServingInput): Promise<HtaccessReader> => {
  if (![bound.main, ...bound.vhosts].some((server) => honoursHtaccess(server.root))) {
    return (path) => ({ error: `${path}: no AllowOverride lets it be read` });
  }
  const { htaccessReader } = await import('./htaccess.ts');
  return htaccessReader(htaccess as HtaccessSurroundings);
};

runWorker(reads);
