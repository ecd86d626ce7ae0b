import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { get, hasApache, quoted, startApache } from './apache.ts';
import type { Apache } from './apache.ts';
import { EXAMPLE_PATH, exampleHeaders } from './example-request.ts';
import { conditions, refused, strings } from './examples.ts';

/** The worked examples, asked of the httpd that is installed: they are facts about it and must not rot. */
describe.runIf(hasApache)('httpd itself', () => {
  let apache: Apache;
  let answer: Awaited<ReturnType<typeof get>>;
  const here = (text: string, docroot = apache.docroot): string => text.replaceAll('/srv/www', docroot);

  beforeAll(async () => {
    apache = await startApache(21110, (docroot) =>
      [
        'SetEnv SETENV_VAR fromsetenv',
        'SetEnvIf X-Foo (.*) SEI=$1',
        `Alias /app ${docroot}/file.txt`,
        `<Directory ${docroot}>`,
        'AllowOverride All',
        '</Directory>',
        'AcceptPathInfo On',
        '<Location /app>',
        ...conditions.map(
          ([expression], i) => `Header set C${i} true ${quoted(`expr=${here(expression, docroot)}`)}`,
        ),
        ...strings.map(
          ([expression], i) => `Header set S${i} ${quoted(`expr=${here(expression, docroot)}`)}`,
        ),
        '</Location>',
      ].join('\n'),
    );
    answer = await get(apache.port, EXAMPLE_PATH, exampleHeaders);
  });
  afterAll(() => apache.stop());

  test.each(conditions.map(([expression, holds], i) => [expression, holds, i] as const))(
    'finds that %s is %s',
    (_, holds, i) => {
      expect(answer.headers[`c${i}`] !== undefined).toBe(holds);
    },
  );

  const variesByHost = new Set(['%{SERVER_SOFTWARE}', '%{resp:Last-Modified}']);
  test.each(strings.map(([expression, value], i) => [expression, value, i] as const))(
    'expands %s to %s',
    (expression, value, i) => {
      if (variesByHost.has(expression)) expect(answer.headers[`s${i}`]).not.toBe('');
      else expect(answer.headers[`s${i}`]).toBe(here(value).trim());
    },
  );

  test.each(refused.map(([expression, message], i) => [expression, message, i] as const))(
    'refuses %s: %s',
    async (expression, message, i) => {
      const isString = /^(?:100%\{|%\{:1 == 1:\})$/.test(expression);
      const folder = join(apache.docroot, `refused${i}`);
      mkdirSync(folder);
      writeFileSync(join(folder, 'f.txt'), '');
      const value = quoted(`expr=${expression}`);
      writeFileSync(
        join(folder, '.htaccess'),
        isString ? `Header set R ${value}\n` : `Header set R 1 ${value}\n`,
      );
      expect((await get(apache.port, `/refused${i}/f.txt`, {})).status).toBe(500);
      expect(apache.errors()).toContain(message);
    },
  );
});
