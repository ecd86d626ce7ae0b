import { afterAll, expect, test } from 'vitest';
import { MappedSite } from './mapped-site.ts';

const site = new MappedSite(
  `
<Directory @ROOT@>
  Require all granted
</Directory>
<Directory @ROOT@/denied>
  Require all denied
</Directory>
<Directory @ROOT@/limited>
  <Limit POST>
    Require all denied
  </Limit>
</Directory>
<Directory @ROOT@/nested>
  <RequireAll>
    <RequireNone>
      Require all denied
    </RequireNone>
    Require all granted
  </RequireAll>
</Directory>
<Directory @ROOT@/none>
  <RequireAll>
    Require all granted
    <RequireNone>
      Require all granted
    </RequireNone>
  </RequireAll>
</Directory>
<Directory @ROOT@/method>
  <RequireAll>
    Require all granted
    Require method GET
  </RequireAll>
</Directory>
<Directory @ROOT@/merged>
  AuthMerging And
  Require env welcome
</Directory>
SetEnvIf X-Welcome . welcome
`,
  Object.fromEntries(
    ['open', 'denied', 'limited', 'nested', 'none', 'method', 'merged'].map((name) => [`${name}/f.txt`, '']),
  ),
);
afterAll(() => site.close());

const STATUS: readonly [path: string, method: string, headers: Record<string, string>, status: number][] = [
  ['/open/f.txt', 'GET', {}, 0],
  ['/open/f.txt', 'POST', {}, 0],
  ['/denied/f.txt', 'GET', {}, 403],
  ['/limited/f.txt', 'GET', {}, 0],
  ['/limited/f.txt', 'POST', {}, 403],
  ['/nested/f.txt', 'GET', {}, 0],
  ['/none/f.txt', 'GET', {}, 403],
  ['/method/f.txt', 'GET', {}, 0],
  ['/method/f.txt', 'PUT', {}, 403],
  ['/merged/f.txt', 'GET', { 'X-Welcome': 'yes' }, 0],
  ['/merged/f.txt', 'GET', {}, 403],
];

test.each([...STATUS, ...STATUS.toReversed()])(
  '%s asked by %s with %j gives %i',
  (path, method, headers, status) => {
    expect(site.map(path, headers, method).result).toBe(status);
  },
);
