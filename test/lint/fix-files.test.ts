import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyEdits, compatibleFixes } from '../../src/lint/fix.ts';
import { fixFiles } from '../../src/lint/fix-files.ts';
import { task } from './tasks.ts';

const SAFE = new Set(['safe'] as const);
const ALL = new Set(['safe', 'review'] as const);
const only = { onlyRules: ['proxypass-exclusion-after', 'proxypass-shadowed', 'byte-order-mark'] };

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'hgw-fix-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, 'latin1');
  return path;
}

describe('fixing files', () => {
  it('keeps comments, indentation and line ends byte for byte elsewhere', () => {
    const path = write(
      'a.conf',
      '  # caf\u00e9\r\n\tProxyPass "/" "fcgi://h:1/"  \r\n\r\n  ProxyPass "/s" "!"\r\n# end',
    );
    const { files } = fixFiles([task(path, undefined, {}, only)], SAFE);
    expect(files).toMatchObject([
      {
        path,
        after: '  # caf\u00e9\r\n  ProxyPass "/s" "!"\r\n\tProxyPass "/" "fcgi://h:1/"  \r\n\r\n# end',
      },
    ]);
  });

  it('goes on in passes until nothing changes, and then changes nothing', () => {
    const lines = [
      'ProxyPass "/" "fcgi://h:1/"',
      'ProxyPass "/a" "!"',
      'ProxyPass "/b" "!"',
      'ProxyPass "/c" "!"',
    ];
    const path = write('a.conf', `${lines.join('\n')}\n`);
    const [fixed] = fixFiles([task(path, undefined, {}, only)], SAFE).files;
    expect(fixed!.after.split('\n').indexOf(lines[0]!)).toBe(3);
    write('a.conf', fixed!.after);
    expect(fixFiles([task(path, undefined, {}, only)], SAFE).files).toEqual([]);
  });

  it('leaves suggested fixes for those who ask for them', () => {
    const path = write('a.conf', 'ProxyPass "/" "fcgi://h:1/"\nProxyPass "/a/" "fcgi://h:2/"\n');
    expect(fixFiles([task(path, undefined, {}, only)], SAFE).files).toEqual([]);
    expect(fixFiles([task(path, undefined, {}, only)], ALL).files[0]?.after).toMatch(/^ProxyPass "\/a\/"/);
  });

  it('fixes an included file once, however often it is included', () => {
    const part = write('part.inc', '\u00ef\u00bb\u00bf# comment\n');
    const root = write('root.conf', 'Include part.inc\nInclude part.inc\n');
    expect(fixFiles([task(root, undefined, {}, only)], SAFE).files).toMatchObject([
      { path: part, after: '# comment\n' },
    ]);
  });

  it('leaves what a comment suppresses', () => {
    const path = write(
      'a.conf',
      'ProxyPass "/" "fcgi://h:1/"\n# lint-disable-next-line proxypass-exclusion-after -- x\nProxyPass "/a" "!"\n',
    );
    expect(fixFiles([task(path, undefined, {}, only)], SAFE).files).toEqual([]);
  });

  it('leaves what a macro writes', () => {
    const path = write(
      'a.conf',
      '<Macro M $p>\nProxyPass "/" "fcgi://h:1/"\nProxyPass "$p" "!"\n</Macro>\nUse M /a\n',
    );
    expect(fixFiles([task(path, undefined, {}, only)], SAFE).files).toEqual([]);
  });
});

describe('edits', () => {
  const edit = (start: number, end: number, text: string, file = 0) => ({ span: { file, start, end }, text });

  it('go in as whole fixes: one that touches an earlier one waits', () => {
    const first = [edit(0, 2, 'X')];
    const second = [edit(1, 3, 'Y'), edit(5, 6, 'Z')];
    expect(compatibleFixes([first, second])).toEqual([first]);
    expect(applyEdits('abcdefg', 0, [first, second])).toBe('Xcdefg');
  });

  it('go in once when two findings have the same', () => {
    expect(applyEdits('abc', 0, [[edit(1, 1, '+')], [edit(1, 1, '+')]])).toBe('a+bc');
  });

  it('of other files are passed over', () => {
    expect(applyEdits('abc', 0, [[edit(0, 1, 'X'), edit(0, 1, 'Y', 1)]])).toBe('Xbc');
  });
});
