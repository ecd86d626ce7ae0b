import { expect, test } from 'vitest';

import { pathInfoStart } from '../../src/pipeline/url.ts';

test.each([
  ['/index.php/pi', '/pi', '/index.php'],
  ['/index.php//pi', '/pi', '/index.php'],
  ['/index.php/foo', '/srv/www/index.php', '/index.php/foo'],
  ['/a.b/c.php/d e/f.x/g', '/srv/www/a.b/c.php/d%20e/f.x/g', '/a.b/c.php/d e'],
  ['/index.php', '/srv/www/index.php', ''],
  ['/a/b', '/a/b', ''],
])('the script of %s with path information %s is %s', (uri, pathInfo, scriptName) => {
  expect(uri.slice(0, pathInfoStart(uri, pathInfo))).toBe(scriptName);
});
