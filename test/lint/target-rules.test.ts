import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFpmPools, readPhpSettings } from '../../src/lint/information.ts';
import type { LintOptions } from '../../src/lint/task.ts';
import { TARGET_RULES } from '../../src/lint/target-rules/index.ts';
import { found } from './tasks.ts';

const NAMES = TARGET_RULES.map(({ name }) => name);

function lint(text: string, options: Partial<LintOptions>): Promise<string[]> {
  return found('/conf/a.conf', text, {}, { onlyRules: NAMES, ...options });
}

const withPool = (settings: string, text: string, php?: string) =>
  lint(text, {
    pools: readFpmPools('/etc/www.conf', `[www]\n${settings}\n`),
    php: php === undefined ? undefined : readPhpSettings('/etc/php.ini', php),
  });

describe('pools and workers', () => {
  const handler = (address: string) =>
    `<FilesMatch "\\.php$">\nSetHandler "proxy:${address}"\n</FilesMatch>\n`;

  it('belong together by the socket of the handler', async () => {
    const text = `<Proxy "fcgi://php/" enablereuse=on max=10>\n</Proxy>\n${handler('unix:/run/php/w.sock|fcgi://php/')}`;
    expect(await withPool('listen = /run/php/$pool.sock\npm.max_children = 5', text)).toEqual([
      '4: fpm-listen-mismatch warning',
    ]);
    expect(await withPool('listen = /run/php/w.sock\npm.max_children = 5', text)).toEqual([
      '1: reuse-exceeds-fpm-children error',
    ]);
  });

  it('do not, where the pool does not say where it listens, or the backend is no PHP', async () => {
    expect(await withPool('pm.max_children = 5', handler('unix:/run/php/a.sock|fcgi://php/'))).toEqual([]);
    expect(await withPool('listen = /run/php/b.sock', handler('unix:/run/app/a.sock|fcgi://app/'))).toEqual(
      [],
    );
    expect(await withPool('listen = 9000', handler('fcgi://10.0.0.1:9001'))).toEqual([]);
  });

  it('have limits of time from ProxyTimeout, Timeout and php.ini', async () => {
    const pool = 'listen = 127.0.0.1:9000';
    const text = handler('fcgi://127.0.0.1:9000');
    const ini = 'max_execution_time = 120\n';
    expect(await withPool(pool, `ProxyTimeout 30\n${text}`, ini)).toEqual([
      '3: timeout-below-backend warning',
    ]);
    expect(await withPool(pool, `Timeout 30\nProxyTimeout 300\n${text}`, ini)).toEqual([]);
    // A fragment does not know the Timeout of its server.
    expect(await withPool(pool, text, ini)).toEqual([]);
  });
});

describe('files of the target', () => {
  it('are sockets in a folder that is there', async () => {
    const root = mkdtempSync(join(tmpdir(), 'hgw-root-'));
    try {
      const text = 'SetHandler "proxy:unix:/run/php/a.sock|fcgi://php/"\n';
      expect(await lint(text, { root })).toEqual([]);
      mkdirSync(join(root, 'run/php'), { recursive: true });
      expect(await lint(text, { root })).toEqual(['1: target-file-missing warning']);
      writeFileSync(join(root, 'run/php/a.sock'), '');
      expect(await lint(text, { root })).toEqual([]);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
