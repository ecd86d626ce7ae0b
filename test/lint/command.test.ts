import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { applyPatch } from 'diff';
import { afterEach, describe, expect, it } from 'vitest';
import { RULES } from '../../src/lint/rules/index.ts';
import { Folder, run } from '../cli/gateway.ts';

const SHADOWED = 'ProxyPass "/" "fcgi://h:1/"\nProxyPass "/a/" "fcgi://h:2/"\n';
const EXCLUSION = '# top\r\nProxyPass "/" "fcgi://h:1/"\r\nProxyPass "/s" "!"\r\n';

let folder = new Folder();
afterEach(() => {
  folder.dispose();
  folder = new Folder();
});

const lint = (...args: string[]) => run(['lint', ...args]);
const at = (name: string) => join(folder.path, name);

function lintText(text: string, ...args: string[]) {
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, '../../dist/cli.js'), 'lint', ...args],
    { input: text, encoding: 'latin1', cwd: folder.path, env: { PATH: process.env['PATH'] } },
  );
  return { status, stdout };
}

describe('the exit status', () => {
  it('is 0 when nothing was found', () => {
    folder.write('a.conf', 'ServerName a\n');
    expect(lint(at('a.conf')).status).toBe(0);
  });

  it('is 1 for findings of the least severity that counts, and 0 below it', () => {
    folder.write('a.conf', SHADOWED);
    const args = [at('a.conf'), '--rule', 'proxypass-shadowed'];
    expect(lint(...args).status).toBe(1);
    expect(lint(...args, '--max-severity', 'error').status).toBe(0);
    expect(lint(...args, '--max-severity=info').status).toBe(1);
  });

  it('is 2 when something could not be analysed, and the other files are still done', () => {
    folder.write('a.conf', SHADOWED);
    const { status, stdout, stderr } = lint(at('nosuch.conf'), at('a.conf'), '--format', 'compact');
    expect(status).toBe(2);
    expect(stderr).toContain('nosuch.conf: No such file or directory');
    expect(stdout).toContain('[proxypass-shadowed]');
  });

  it.each([
    [['--nosuch'], /--nosuch/],
    [['--format', 'sarf', 'x'], /--format is one of .*did you mean sarif\?/],
    [
      ['--rule', 'proxypass-shadow', 'x'],
      /no rule is called proxypass-shadow; did you mean proxypass-shadowed\?/,
    ],
    [['--max-severity', 'bad', 'x'], /--max-severity is one of/],
    [['--target', '3', 'x'], /--target is a version/],
    [['--format', 'json', '--format', 'sarif', 'x'], /two formats for standard output/],
    [['--update-baseline', 'x'], /--update-baseline needs --baseline FILE/],
    [['--rule-pages', 'docs/', 'x'], /--rule-pages is a URL of http or https, not 'docs\/'/],
    [['--fail-on', 'security', 'x'], /--fail-on needs --coverage/],
    [['--fix', '--stdin-filename', 'x'], /standard input can only be fixed/],
    [['--fix', '-'], /standard input can only be fixed/],
    [[], /^Usage: httpd-gateway lint/],
  ])('is 2 for a command line that makes no sense: %j', (args, complaint) => {
    const { status, stderr } = lint(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(complaint);
  });

  it('is 2 for settings that make no sense', () => {
    folder.write('httpd-gateway.lint.json', '{"rulse": {}}');
    folder.write('a.conf', 'ServerName a\n');
    const { status, stderr } = lint(at('a.conf'));
    expect(status).toBe(2);
    expect(stderr).toContain('unknown key "rulse": did you mean rules?');
    expect(lint(at('a.conf'), '--no-config').status).toBe(0);
  });
});

describe('standard input', () => {
  it('is linted as a file of the name given', () => {
    expect(lintText('Bogus\n', '-', '--format', 'compact').stdout).toMatch(/^<stdin>:1:1: error/);
    const htaccess = lintText(
      'ProxyPass / http://a/\n',
      '-',
      '--stdin-filename',
      'a/.htaccess',
      '--format',
      'compact',
    );
    expect(htaccess).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^a\/\.htaccess:1:1: error/) as string,
    });
  });

  it('is asked for by its name alone', () => {
    const { stdout } = lintText('Bogus\n', '--stdin-filename', 'a.conf', '--format', 'compact');
    expect(stdout).toMatch(/^a\.conf:1:1: error/);
  });

  it('finds its includes beside the name given', () => {
    folder.write('conf/part.inc', 'Bogus\n');
    const { stdout } = lintText(
      'Include part.inc\n',
      '-',
      '--stdin-filename',
      'conf/a.conf',
      '--format',
      'compact',
    );
    expect(stdout).toMatch(/^conf\/part\.inc:1:1: error/);
  });
});

describe('outputs', () => {
  it('go to files and standard output at once', () => {
    folder.write('a.conf', SHADOWED);
    const { stdout } = lint(
      ...[
        at('a.conf'),
        '--format',
        'sarif',
        '--output',
        at('o.sarif'),
        '--format',
        'junit',
        '-o',
        at('o.xml'),
      ],
      ...['--format', 'compact'],
    );
    expect(stdout).toContain('[proxypass-shadowed]\n');
    expect(JSON.parse(folder.read('o.sarif'))).toMatchObject({ version: '2.1.0' });
    expect(folder.read('o.xml')).toMatch(/^<\?xml/);
  });

  it('that cannot be written make the verdict incomplete', () => {
    folder.write('a.conf', 'ServerName a\n');
    expect(lint(at('a.conf'), '--format', 'json', '--output', at('no/such/o.json')).status).toBe(2);
  });

  it('have colour by FORCE_COLOR only where no terminal is, and NO_COLOR takes none away from it', () => {
    folder.write('a.conf', 'Bogus\n');
    const coloured = (env: Record<string, string>) =>
      run(['lint', at('a.conf')], env).stdout.includes('\u001b[');
    expect(coloured({})).toBe(false);
    expect(coloured({ FORCE_COLOR: '1' })).toBe(true);
    expect(coloured({ FORCE_COLOR: '0' })).toBe(false);
    expect(coloured({ NO_COLOR: '1' })).toBe(false);
  });
});

describe('rules', () => {
  it('are all listed, as text and for programs', () => {
    const { stdout, status } = lint('--list-rules');
    expect(status).toBe(0);
    for (const { name } of RULES) expect(stdout).toContain(name);
    const json = JSON.parse(lint('--list-rules', '--format', 'json').stdout) as { name: string }[];
    expect(json.map(({ name }) => name)).toEqual(expect.arrayContaining(RULES.map(({ name }) => name)));
  });

  it('are explained one by one', () => {
    const { stdout, status } = lint('--explain-rule', 'proxypass-shadowed');
    expect(status).toBe(0);
    expect(stdout).toContain('Why it matters');
    expect(stdout).toContain('    ProxyPass "/app/admin/" "fcgi://127.0.0.1:9001/"');
    expect(stdout).not.toContain('```');
  });
});

describe('fixing', () => {
  it('writes the safe fixes, and what is left is reported', () => {
    folder.write('a.conf', EXCLUSION);
    const { status, stderr } = lint(at('a.conf'), '--fix', '--rule', 'proxypass-exclusion-after');
    expect({ status, stderr }).toEqual({ status: 0, stderr: 'httpd-gateway lint: 1 fix in 1 file\n' });
    expect(folder.read('a.conf')).toBe('# top\r\nProxyPass "/s" "!"\r\nProxyPass "/" "fcgi://h:1/"\r\n');
  });

  it('writes the suggested ones when asked to', () => {
    folder.write('a.conf', SHADOWED);
    const rule = ['--rule', 'proxypass-shadowed'];
    lint(at('a.conf'), '--fix', ...rule);
    expect(folder.read('a.conf')).toBe(SHADOWED);
    expect(lint(at('a.conf'), '--fix=suggested', ...rule).status).toBe(0);
    expect(folder.read('a.conf')).toMatch(/^ProxyPass "\/a\/"/);
  });

  it('prints a diff that can be applied, and changes nothing', () => {
    folder.write('a.conf', EXCLUSION);
    const { status, stdout } = lint(at('a.conf'), '--fix-dry-run', '--rule', 'proxypass-exclusion-after');
    expect(status).toBe(1);
    expect(folder.read('a.conf')).toBe(EXCLUSION);
    expect(applyPatch(EXCLUSION, stdout, { autoConvertLineEndings: false })).toBe(
      '# top\r\nProxyPass "/s" "!"\r\nProxyPass "/" "fcgi://h:1/"\r\n',
    );
  });
});

describe('coverage', () => {
  it('fails for what is asked only', () => {
    folder.write('a.conf', 'AddOutputFilterByType DEFLATE text/html\n');
    const coverage = (...args: string[]) => lint(at('a.conf'), '--coverage', ...args).status;
    expect(coverage()).toBe(0);
    expect(coverage('--fail-on', 'security')).toBe(0);
    expect(coverage('--fail-on', 'not-served')).toBe(1);
    folder.write('a.conf', 'SSLVerifyClient require\n');
    expect(coverage('--fail-on', 'security')).toBe(1);
  });
});

describe('a baseline', () => {
  const ONLY = ['--rule', 'proxypass-shadowed', '--format', 'compact'];
  const baselined = (...args: string[]) =>
    run(['lint', folder.path, ...ONLY, '--baseline', at('known.json'), ...args]);

  it('accepts what was found when it was written, wherever the lines move, and nothing else', () => {
    folder.write('a.conf', SHADOWED);
    expect(baselined('--update-baseline')).toMatchObject({ status: 0, stdout: '' });
    expect(baselined()).toMatchObject({ status: 0, stdout: '', stderr: '' });
    folder.write('a.conf', `# moved\n\n${SHADOWED}ProxyPass "/b/" "fcgi://h:3/"\n`);
    const { status, stdout, stderr } = baselined();
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout.match(/proxypass-shadowed/g)).toHaveLength(1);
    expect(stdout).toMatch(/a\.conf:5:11: warning/);
  });

  it('is told of what is found no more, and lets go of it when asked to', () => {
    folder.write('a.conf', SHADOWED);
    folder.write('b.conf', SHADOWED);
    baselined('--update-baseline');
    folder.write('a.conf', 'ServerName a\n');
    const gone = baselined();
    expect(gone.status).toBe(0);
    expect(gone.stderr).toMatch(/known\.json: found no more: a\.conf: ProxyPass \/a\/ can never match/);
    expect(gone.stderr).not.toContain('b.conf');
    expect(baselined('--update-baseline').stderr).toBe('');
    expect(baselined().stderr).toBe('');
    expect(JSON.parse(folder.read('known.json'))).toMatchObject({ findings: [{ path: 'b.conf' }] });
  });

  it('keeps what a run did not look at', () => {
    folder.write('a.conf', SHADOWED);
    folder.write('b.conf', SHADOWED);
    baselined('--update-baseline');
    folder.write('a.conf', 'ServerName a\n');
    const part = ['lint', at('b.conf'), '--baseline', at('known.json')];
    expect(run([...part, ...ONLY]).stderr).toBe('');
    run([...part, ...ONLY, '--update-baseline']);
    run([...part, '--rule', 'reuse-unbounded', '--update-baseline']);
    expect(JSON.parse(folder.read('known.json'))).toMatchObject({
      findings: [{ path: 'a.conf' }, { path: 'b.conf' }],
    });
  });

  it('marks in SARIF and JSON what it accepts', () => {
    folder.write('a.conf', SHADOWED);
    baselined('--update-baseline');
    baselined('--format', 'sarif', '-o', at('o.sarif'), '--format', 'json', '-o', at('o.json'));
    const [sarif] = JSON.parse(folder.read('o.sarif')).runs[0].results;
    expect(sarif).toMatchObject({ baselineState: 'unchanged', suppressions: [{ kind: 'external' }] });
    expect(JSON.parse(folder.read('o.json'))).toMatchObject({
      summary: expect.stringMatching(/, 1 accepted by the baseline$/) as string,
      findings: [],
      baseline: { accepted: [{ rule: 'proxypass-shadowed' }], stale: [] },
    });
  });

  it.each([
    [undefined, 'known.json: there is no such file; --update-baseline writes it'],
    ['{', 'known.json:1:2: this is no JSON'],
    ['{"version": 2, "findings": []}', 'known.json:1:1: a baseline is an object with "version": 1'],
    ['{"version": 1, "findings": [1]}', 'known.json:1:29: a finding is an object'],
    ['{"version": 1, "findings": [{"rul": "x"}]}', 'unknown key "rul": did you mean rule?'],
    ['{"version": 1, "findings": [{"rule": "x", "path": 1}]}', '"path" must be a text'],
  ])('that is none ends with 2: %j', (text, complaint) => {
    folder.write('a.conf', SHADOWED);
    if (text !== undefined) folder.write('known.json', text);
    const { status, stderr } = baselined();
    expect(status).toBe(2);
    expect(stderr).toContain(complaint);
  });
});

describe('many files', () => {
  it('are linted in threads with the same findings', () => {
    for (let i = 0; i < 40; i++)
      folder.write(`${i}.conf`, i % 2 === 0 ? SHADOWED : 'RedirectMatch "^/((a+)+)+!$" "/x"\n');
    const { stdout, status } = lint(
      folder.path,
      '--format',
      'compact',
      '--rule',
      'proxypass-shadowed,slow-pattern',
    );
    expect(status).toBe(1);
    expect(stdout.match(/\[proxypass-shadowed\]/g)).toHaveLength(20);
    expect(stdout.match(/\[slow-pattern\]/g)).toHaveLength(20);
  });
});
