import { describe, expect, it } from 'vitest';
import { readFpmPools, readPhpSettings } from '../../src/lint/information.ts';

describe('PHP-FPM pools', () => {
  it('are the sections of a file but [global], with what each sets', () => {
    const text = [
      '; comment',
      '[global]',
      'pid = /run/x.pid',
      '[www]',
      'listen = /run/php/$pool.sock ; the socket',
      'pm.max_children = 5',
      'request_terminate_timeout = 2m',
      'security.limit_extensions = .php .phtml',
      '[api]',
      'listen = "127.0.0.1:9001"',
      'pm.max_children = ${CHILDREN}',
    ].join('\r\n');
    const [www, api, ...more] = readFpmPools('/etc/php/www.conf', text);
    expect(more).toEqual([]);
    expect(www).toMatchObject({
      name: 'www',
      listen: '/run/php/www.sock',
      maxChildren: 5,
      requestTerminateTimeout: 120,
      limitExtensions: ['.php', '.phtml'],
    });
    expect(api).toMatchObject({ name: 'api', listen: '127.0.0.1:9001', maxChildren: undefined });
  });

  it('leave open what the file does not say', () => {
    expect(readFpmPools('/x', '[www]\nuser = php\n')[0]).toMatchObject({
      listen: undefined,
      maxChildren: undefined,
      requestTerminateTimeout: undefined,
      limitExtensions: undefined,
    });
  });
});

describe('a php.ini', () => {
  it('gives its settings by lower-case name, without those of single hosts and paths', () => {
    const { settings } = readPhpSettings(
      '/etc/php.ini',
      '[PHP]\nMax_Execution_Time = 30 ; seconds\ncgi.fix_pathinfo="0"\n[HOST=a]\nmax_execution_time = 99\n[Date]\ndate.timezone = UTC\n',
    );
    expect([...settings]).toEqual([
      ['max_execution_time', '30'],
      ['cgi.fix_pathinfo', '0'],
      ['date.timezone', 'UTC'],
    ]);
  });
});
