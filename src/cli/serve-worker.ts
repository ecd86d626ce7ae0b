import type { BoundRow, BoundScope } from '../bind/bound.ts';
import type { HtaccessReader } from '../pipeline/server.ts';
import type { ServingInput } from '../server/messages.ts';
import { runWorker } from '../server/worker.ts';
import type { HtaccessSurroundings } from './htaccess.ts';

/** True when some `AllowOverride` lets `.htaccess` files say anything. */
function honoursHtaccess(scope: BoundScope): boolean {
  return scope.items.some((item) => (item.kind === 'scope' ? honoursHtaccess(item) : grants(item)));
}

function grants({ directive, value }: BoundRow): boolean {
  if (directive === 'AllowOverrideList') return true;
  return directive === 'AllowOverride' && !isNone(value);
}

function isNone(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'classes' in value && value.classes === 0;
}

/** True when the root directory forbids them; where nothing is said, httpd reads them to complain about what they say. */
function forbidsEverywhere({ items }: BoundScope): boolean {
  return items.some(
    (item) =>
      item.kind === 'scope' &&
      item.section === 'directory' &&
      item.argument === '/' &&
      item.items.some((row) => row.kind === 'row' && row.directive === 'AllowOverride' && isNone(row.value)),
  );
}

const reads = async ({ bound, htaccess }: ServingInput): Promise<HtaccessReader> => {
  const mayMeetOne = [bound.main, ...bound.vhosts].some((server) => honoursHtaccess(server.root));
  if (!mayMeetOne && forbidsEverywhere(bound.main.root)) {
    return (path) => ({ error: `${path}: no AllowOverride lets it be read` });
  }
  const { htaccessReader } = await import('./htaccess.ts');
  return htaccessReader(htaccess as HtaccessSurroundings);
};

runWorker(reads);
