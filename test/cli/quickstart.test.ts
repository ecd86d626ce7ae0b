import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { GATEWAY_VERSION } from '../../src/cli/version.ts';
import { get, Running } from './gateway.ts';
import { freePort } from '../harness/free-port.ts';

let gateway: Running | undefined;
afterEach(() => gateway?.stop('SIGKILL'));

test('the quickstart serves files and its own application, and says what to try', async () => {
  const port = await freePort();
  gateway = new Running(['--quickstart', '--listen', `127.0.0.1:${port}`]);
  await gateway.answers(port);
  expect(await get(port, '/')).toContain('It works');
  const page = (await get(port, '/index.php/extra?hello=world'))!;
  expect(page).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(page).toContain('QUERY_STRING = hello=world\n');
  expect(page).toContain('PATH_INFO = /extra\n');
  expect(await get(port, '/no/such/file')).toContain('REQUEST_URI = /no/such/file\n');
  expect(await get(port, '/private')).toMatch(/^HTTP\/1\.1 403 /);
  expect(gateway.output).toContain(`http://127.0.0.1:${port}/`);
  expect(await gateway.stop('SIGINT')).toBe(0);
});

test('the version is that of the package', () => {
  const text = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8');
  expect(GATEWAY_VERSION).toBe((JSON.parse(text) as { version: string }).version);
});
