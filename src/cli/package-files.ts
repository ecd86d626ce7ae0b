import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Path of a file of `conf-examples`; the bundle and the sources lie at different depths. */
export function exampleFile(name: string): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const root = here.endsWith('dist') ? join(here, '..') : join(here, '../..');
  return join(root, 'conf-examples', name);
}
