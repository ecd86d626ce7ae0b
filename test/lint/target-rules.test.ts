import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

const POOLS: Readonly<Record<string, string>> = {
  'reuse-exceeds-fpm-children': 'listen = 127.0.0.1:9000\npm.max_children = 5',
  'fpm-listen-mismatch': 'listen = /run/php/php8.3-fpm.sock',
  'timeout-below-backend': 'listen = 9000\nrequest_terminate_timeout = 300s',
  'fpm-limit-extensions': 'listen = 127.0.0.1:9000\nsecurity.limit_extensions = .php',
};

describe.each(TARGET_RULES.map((rule) => [rule.name, rule] as const))('%s', (name, rule) => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'hgw-root-'));
    mkdirSync(join(root, 'srv/www'), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const about = (text: string) => {
    const pool = POOLS[name];
    return pool === undefined ? lint(text, { root }) : withPool(pool, text);
  };

  it('finds each bad example of its page, and no good one', async () => {
    for (const { text } of rule.page.bad) expect(await about(text)).toEqual([expect.stringContaining(name)]);
    for (const { text } of rule.page.good) expect(await about(text)).toEqual([]);
  });

  it('says nothing when nothing is known of the target', async () => {
    for (const { text } of [...rule.page.bad, ...rule.page.good]) expect(await lint(text, {})).toEqual([]);
  });

  it('takes an undefined variable for unknown', async () => {
    for (const { text } of rule.page.bad) {
      const unknown = text.replace(
        /\/run\/php\/php8\.2-fpm\.sock|127\.0\.0\.1:9000|\/srv\/ww/g,
        '${SOMETHING}',
      );
      expect((await about(unknown)).filter((one) => one.includes(name))).toEqual([]);
    }
  });
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
