import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Folder } from '../cli/gateway.ts';

const PROJECT = join(import.meta.dirname, '../..');
const read = (name: string): string => readFileSync(join(PROJECT, name), 'utf8');

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

describe('the GitHub Action', () => {
  /** The script of the action's one step, as the runner gives it to bash. */
  const script = read('action.yml').split('      run: |\n')[1]!.replace(/^ {8}/gm, '');

  /** Runs the step with a `npx` that starts this build, and records the package that was asked for. */
  function step(inputs: Record<string, string>) {
    folder.write(
      'bin/npx',
      `#!/bin/sh\necho "$1 $2" > "${folder.path}/asked"\nshift 2\nexec "${process.execPath}" "${join(PROJECT, 'dist/cli.js')}" "$@"\n`,
    );
    chmodSync(join(folder.path, 'bin/npx'), 0o755);
    return spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
      cwd: folder.path,
      encoding: 'utf8',
      env: {
        PATH: `${folder.path}/bin:${process.env['PATH']}`,
        ...{ LINT_PATHS: '.', LINT_ARGS: '', LINT_SARIF: '', LINT_VERSION: 'latest' },
        ...{ ACTION_REPOSITORY: '', ACTION_REF: '', GITHUB_SERVER_URL: 'https://github.example' },
        ...inputs,
      },
    });
  }

  it('shows findings beside the lines, and fails for them', () => {
    folder.write('conf/a.conf', 'Bogus\n');
    const { status, stdout } = step({});
    expect(stdout).toMatch(/^::error file=conf\/a\.conf,line=1,/);
    expect(status).toBe(1);
    expect(folder.read('asked')).toBe('--yes httpd-gateway@latest\n');
  });

  it('takes paths and options on several lines, and leaves globs to the linter', () => {
    folder.write('one/a.conf', 'Bogus\n');
    folder.write('two/b.conf', 'ProxyPass "/" "fcgi://h:1/"\nProxyPass "/a/" "fcgi://h:2/"\n');
    const inputs = { LINT_PATHS: 'two/*.conf\n', LINT_ARGS: '--max-severity error\n--no-config\n' };
    expect(step(inputs)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('two/b.conf') as string,
    });
    expect(step({ ...inputs, LINT_PATHS: 'one\ntwo\n' }).status).toBe(1);
  });

  it('writes SARIF that leads to the pages of the repository that the action comes from', () => {
    folder.write('a.conf', 'Bogus\n');
    const inputs = { LINT_SARIF: 'out.sarif', ACTION_REPOSITORY: 'some/fork', ACTION_REF: 'v1' };
    expect(step(inputs).stdout).toContain('::error file=a.conf');
    const [run] = JSON.parse(folder.read('out.sarif')).runs as [
      { tool: { driver: { rules: { helpUri?: string }[] } } },
    ];
    expect(run.tool.driver.rules[0]?.helpUri).toBe(
      'https://github.example/some/fork/blob/v1/docs/rules/proxypass-shadowed.md',
    );
  });
});

describe('the pre-commit hook', () => {
  const hooks = read('.pre-commit-hooks.yaml');

  it('takes configurations and .htaccess files', () => {
    const files = new RegExp(/^ {2}files: '(.*)'$/m.exec(hooks)![1]!);
    for (const path of ['a.conf', 'conf/sites/a.conf', '.htaccess', 'web/.htaccess'])
      expect(files.test(path), path).toBe(true);
    for (const path of ['a.conf.md', 'conf', 'x.htaccess', '.htaccess.bak'])
      expect(files.test(path), path).toBe(false);
  });

  it('starts the program that the package brings, with options that exist', () => {
    const [program, ...args] = /^ {2}entry: (.*)$/m.exec(hooks)![1]!.split(' ');
    expect(Object.keys((JSON.parse(read('package.json')) as { bin: object }).bin)).toContain(program);
    folder.write('a.conf', 'ServerName a\n');
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(PROJECT, 'dist/cli.js'), ...args, join(folder.path, 'a.conf')],
      { encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
