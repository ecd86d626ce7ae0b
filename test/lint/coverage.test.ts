import { describe, expect, it } from 'vitest';
import { renderCoverageJson, renderCoverageText, summaryOf } from '../../src/lint/coverage.ts';
import { report, task } from './tasks.ts';

async function rows(text: string) {
  const { coverage } = await report(task('/conf/a.conf', text, {}, { wantsCoverage: true }));
  return coverage!;
}

const TEXT = [
  'ServerName a',
  'SecRuleEngine On',
  'AddOutputFilterByType DEFLATE text/html',
  'KeepAlive On',
  'MaxRequestWorkers 10',
  '<Location "/x">\nRequire all granted\nAuthType Digest\n</Location>',
  '',
].join('\n');

describe('coverage', () => {
  it('says of each directive whether it is served, accepted, not served or refused', async () => {
    const byName = new Map((await rows(TEXT)).map((row) => [row.directive, row]));
    expect(byName.get('ServerName')?.service).toBe('served');
    expect(byName.get('<Location')).toMatchObject({ service: 'served', lines: [6] });
    expect(byName.get('SecRuleEngine')?.service).toBe('refused');
    expect(byName.get('AddOutputFilterByType')).toMatchObject({
      service: 'not served',
      path: 'a.conf',
      lines: [3],
    });
    expect(byName.get('AddOutputFilterByType')?.note).not.toBe('');
    expect(byName.get('MaxRequestWorkers')?.service).toBe('accepted');
  });

  it('tells backends that are not spoken to, and what modules outside httpd bring', async () => {
    const found = await rows(
      [
        'LoadModule proxy_module modules/mod_proxy.so',
        'LoadModule security2_module modules/mod_security2.so',
        'ProxyPass "/a/" "http://h:8080/"',
        'ProxyPass "/b/" "fcgi://h:9000/"',
        'SetHandler "proxy:http://h:8080"',
        'SecRuleEngine On',
        '',
      ].join('\n'),
    );
    expect(
      found.flatMap(({ directive, service, lines }) =>
        lines.map((line) => `${line} ${directive}: ${service}`),
      ),
    ).toEqual(
      expect.arrayContaining([
        '3 ProxyPass: not served',
        '4 ProxyPass: served',
        '5 SetHandler: not served',
        '6 SecRuleEngine: not served',
      ]),
    );
  });

  it('puts what protects something first', async () => {
    const found = await rows('AddOutputFilterByType DEFLATE text/html\nSSLVerifyClient require\n');
    expect(found.map(({ directive, isSecurity }) => [directive, isSecurity])).toEqual([
      ['SSLVerifyClient', true],
      ['AddOutputFilterByType', false],
    ]);
  });

  it('counts each line once, in total and by file', async () => {
    const found = await rows(TEXT);
    const json = JSON.parse(renderCoverageJson(found));
    expect(json.summary).toEqual(json.files[0].summary);
    const lines = Object.values(summaryOf(found).directives).reduce((sum, count) => sum + count, 0);
    expect(lines).toBe(8);
    expect(renderCoverageText(found)).toMatch(/^served \d+, accepted \d+, not served \d+ /);
  });
});
