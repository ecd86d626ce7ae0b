import { describe, expect, it } from 'vitest';
import { found, report, task } from './tasks.ts';

const FIRST = 'ProxyPass "/" "fcgi://127.0.0.1:9000/"\n';
const SECOND = 'ProxyPass "/a/" "fcgi://127.0.0.1:9001/"\n';
const THIRD = 'ProxyPass "/b/" "fcgi://127.0.0.1:9002/"\n';
const options = { onlyRules: ['proxypass-shadowed', 'unused-suppression', 'invalid-suppression'] };
const lint = (text: string, settings = {}) => found('/conf/a.conf', text, settings, options);

describe('a suppression', () => {
  it('silences the next line only, and keeps its reason', async () => {
    const text = `${FIRST}# lint-disable-next-line proxypass-shadowed -- rollback\n${SECOND}${THIRD}`;
    const { findings, suppressed } = await report(task('/conf/a.conf', text, {}, options));
    expect(findings.map(({ line }) => line)).toEqual([4]);
    expect(suppressed).toMatchObject([{ line: 3, reason: 'rollback' }]);
  });

  it('silences the whole of a continued line', async () => {
    const text = `${FIRST}# lint-disable-next-line proxypass-shadowed -- x\nProxyPass \\\n  "/a/" \\\n  "fcgi://127.0.0.1:9001/"\n`;
    expect(await lint(text)).toEqual([]);
  });

  it('silences a region, up to its end', async () => {
    const text = `${FIRST}# lint-disable proxypass-shadowed\n${SECOND}# lint-enable proxypass-shadowed\n${THIRD}`;
    expect(await lint(text)).toEqual(['5: proxypass-shadowed warning']);
  });

  it('silences a region to the end of the file when nothing ends it', async () => {
    expect(await lint(`${FIRST}# lint-disable proxypass-shadowed\n${SECOND}${THIRD}`)).toEqual([]);
  });

  it('silences a file from its first line on, wherever it stands', async () => {
    expect(await lint(`${FIRST}${SECOND}# lint-disable-file proxypass-shadowed\n`)).toEqual([]);
  });

  it('silences every rule when it names none', async () => {
    expect(await lint(`${FIRST}# lint-disable-next-line\n${SECOND}`)).toEqual([]);
  });

  it('is told of when it silences nothing', async () => {
    expect(await lint(`# lint-disable-next-line proxypass-shadowed\n${FIRST}`)).toEqual([
      '1: unused-suppression info',
    ]);
  });

  it('is told of when no rule has that name', async () => {
    expect(await lint(`# lint-disable-file proxypass-shadow\n${FIRST}`)).toContain(
      '1: invalid-suppression warning',
    );
  });

  it('needs a reason when the settings want one', async () => {
    const text = `${FIRST}# lint-disable-next-line proxypass-shadowed\n${SECOND}`;
    expect(await lint(text, { requireReason: true })).toEqual(['2: invalid-suppression warning']);
    expect(await lint(text.replace('shadowed\n', 'shadowed -- why\n'), { requireReason: true })).toEqual([]);
  });

  it('does not silence what httpd refuses', async () => {
    expect(await lint('# lint-disable-next-line\nBogus\n')).toContain('2: bind/unknown-directive error');
  });

  it('works in files with CRLF', async () => {
    const text = `${FIRST}# lint-disable-next-line proxypass-shadowed -- x\n${SECOND}`.replaceAll(
      '\n',
      '\r\n',
    );
    expect(await lint(text)).toEqual([]);
  });

  it('is no comment behind a directive', async () => {
    expect(await lint(`${FIRST}${SECOND.trim()} # lint-disable-file proxypass-shadowed\n`)).not.toEqual([]);
  });
});
