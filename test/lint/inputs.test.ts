import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expandInputs, isIgnored } from '../../src/lint/inputs.ts';
import { lintRoots, mergeFindings } from '../../src/lint/roots.ts';
import { report, task } from './tasks.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'hgw-in-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text = 'ServerName a\n'): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, 'latin1');
  return path;
}

const expand = (...names: string[]) => {
  const { files, problems } = expandInputs(names, folder);
  return { files: files.map(({ path }) => relative(folder, path)), problems };
};

describe('inputs', () => {
  beforeEach(() =>
    ['b.conf', 'a/x.conf', 'a/.htaccess', 'a/readme.txt', '.git/c.conf'].forEach((name) => write(name)),
  );

  it('are *.conf and .htaccess below a folder, in the order of names', () => {
    expect(expand('.')).toEqual({ files: ['a/.htaccess', 'a/x.conf', 'b.conf'], problems: [] });
  });

  it('are any file that is named', () => {
    expect(expand('a/readme.txt').files).toEqual(['a/readme.txt']);
  });

  it('are what a glob matches', () => {
    expect(expand('a/*').files).toEqual(['a/.htaccess', 'a/readme.txt', 'a/x.conf']);
    expect(expand('**/*.conf').files).toContain('a/x.conf');
  });

  it('are each there once', () => {
    expect(expand('b.conf', '.', '*.conf').files.filter((name) => name === 'b.conf')).toHaveLength(1);
  });

  it('that are missing, empty or match nothing are problems, and the others stay', () => {
    mkdirSync(join(folder, 'empty'));
    expect(expand('nosuch.conf', 'empty', '*.nosuch', 'b.conf')).toEqual({
      files: ['b.conf'],
      problems: [
        'nosuch.conf: No such file or directory',
        'empty: no configuration file is in it',
        '*.nosuch: no file matches',
      ],
    });
  });

  it('that are no regular files are problems, for they might never end', () => {
    execFileSync('mkfifo', [join(folder, 'pipe.conf')]);
    symlinkSync('nowhere.conf', join(folder, 'dangling.conf'));
    expect(expand('pipe.conf', '/dev/zero').problems).toEqual([
      'pipe.conf: not a regular file',
      '/dev/zero: not a regular file',
    ]);
    expect(expand('.')).toEqual({
      files: ['a/.htaccess', 'a/x.conf', 'b.conf'],
      problems: [
        `${folder}/dangling.conf: No such file or directory`,
        `${folder}/pipe.conf: not a regular file`,
      ],
    });
  });

  it('end where folders link to each other', () => {
    symlinkSync(folder, join(folder, 'a/loop'));
    expect(expand('.').files).toHaveLength(3);
  });

  it('may be left out by globs from the folder of the settings', () => {
    expect(isIgnored(join(folder, 'a/x.conf'), folder, ['a/**'])).toBe(true);
    expect(isIgnored(join(folder, 'b.conf'), folder, ['a/**'])).toBe(false);
  });
});

describe('roots', () => {
  const lint = (...names: string[]) =>
    lintRoots(
      names.map((name) => task(join(folder, name), undefined, {}, { cwd: folder })),
      (tasks) => Promise.all(tasks.map(report)),
    );

  it('are no files that another input includes, also by a link', async () => {
    write('apache2.conf', 'IncludeOptional sites-enabled/*.conf\n');
    write('sites-available/a.conf');
    write('sites-available/b.conf');
    mkdirSync(join(folder, 'sites-enabled'));
    symlinkSync('../sites-available/a.conf', join(folder, 'sites-enabled/a.conf'));
    const roots = await lint(
      'apache2.conf',
      'sites-available/a.conf',
      'sites-available/b.conf',
      'sites-enabled/a.conf',
    );
    expect(roots.map(({ path }) => path)).toEqual(['apache2.conf', 'sites-available/b.conf']);
  });

  it('of files that include each other: the first', async () => {
    write('a.conf', 'IncludeOptional b.conf\n');
    write('b.conf', 'IncludeOptional a.conf\n');
    expect((await lint('a.conf', 'b.conf')).map(({ path }) => path)).toEqual(['a.conf']);
  });

  it('that share a file have its findings once', async () => {
    write('shared.inc', 'Bogus\n');
    write('a.conf', 'Include shared.inc\n');
    write('b.conf', 'Include shared.inc\n');
    const roots = await lint('a.conf', 'b.conf');
    expect(mergeFindings(roots).findings.map(({ path, line }) => `${path}:${line}`)).toEqual([
      'shared.inc:1',
    ]);
  });
});

describe('input that cannot be read', () => {
  const lintOne = (name: string) => report(task(join(folder, name), undefined, {}, { cwd: folder }));

  it.each([
    ['an include that is missing', 'Include nosuch.conf\n', 'load/file-unreadable'],
    ['a file that includes itself', 'Include a.conf\n', 'load/include-depth'],
    ['sections within sections without end', '<Location /a>\n'.repeat(1000), 'syntax/nested-too-deeply'],
  ])('is told of, and makes the verdict incomplete: %s', async (_what, text, code) => {
    write('a.conf', text);
    const { findings, isIncomplete } = await lintOne('a.conf');
    expect(findings.map((finding) => finding.code)).toContain(code);
    expect(isIncomplete).toBe(true);
  });

  it('is told of when the file is too large to be a configuration', async () => {
    write('a.conf', '#'.repeat(65 * 1024 * 1024));
    expect(await lintOne('a.conf')).toMatchObject({
      isIncomplete: true,
      findings: [
        { code: 'load/file-unreadable', message: expect.stringContaining('File too large') as string },
      ],
    });
  });

  it('is told of for .htaccess files too', async () => {
    mkdirSync(join(folder, '.htaccess'));
    expect(await lintOne('.htaccess')).toMatchObject({
      isIncomplete: true,
      findings: [{ severity: 'error' }],
    });
  });

  it('is not a line of a megabyte, nor bytes that are no UTF-8', async () => {
    write('a.conf', `# ${'x'.repeat(1024 * 1024)}\nServerName "\u00ff\u00fe"\n`);
    expect(await lintOne('a.conf')).toMatchObject({ isIncomplete: false, findings: [] });
  });
});

describe('the place of a file', () => {
  it('decides where relative includes start: the folder above for Debian’s folders of parts', async () => {
    write('snippets/s.conf', 'Bogus\n');
    write('sites-available/a.conf', 'Include snippets/s.conf\n');
    const { findings } = await report(
      task(join(folder, 'sites-available/a.conf'), undefined, {}, { cwd: folder }),
    );
    expect(findings).toMatchObject([{ path: 'snippets/s.conf', line: 1 }]);
  });

  it('brings the environment of an envvars file beside the root', async () => {
    write('envvars', 'export FOLDER=parts$SUFFIX\n');
    write('parts/p.conf', 'Bogus\n');
    write('apache2.conf', 'Include ${FOLDER}/p.conf\n');
    const { findings } = await report(task(join(folder, 'apache2.conf'), undefined, {}, { cwd: folder }));
    expect(findings).toMatchObject([{ path: 'parts/p.conf' }]);
  });
});
