import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseSettings, settingsFor, settingsSchema, type LintSettings } from '../../src/lint/settings.ts';
import { allRules } from '../../src/lint/built-in.ts';
import { levelsOf, PRESETS } from '../../src/lint/presets.ts';
import { found, report, task } from './tasks.ts';

const parse = (settings: unknown): LintSettings => parseSettings('/conf/s.json', JSON.stringify(settings));
const SHADOWED = 'ProxyPass "/" "fcgi://127.0.0.1:9000/"\nProxyPass "/a/" "fcgi://127.0.0.1:9001/"\n';
const only = { onlyRules: ['proxypass-shadowed'] };

describe('a settings file', () => {
  it.each([
    [{ rulse: {} }, 'unknown key "rulse": did you mean rules?'],
    [
      { rules: { 'proxypass-shadow': 'off' } },
      'no rule is called "proxypass-shadow": did you mean proxypass-shadowed?',
    ],
    [{ rules: { 'proxypass-shadowed': 'loud' } }, 'the level of "proxypass-shadowed" must be one of'],
    [{ extends: 'strikt' }, 'no preset is called "strikt": did you mean strict?'],
    [{ modules: ['mod_nosuch'] }, 'httpd 2.4 has no module "mod_nosuch"'],
    [{ target: '3' }, '"target" must be a version'],
    [{ ignore: 'x' }, '"ignore" must be a list of texts'],
    [{ env: { A: 1 } }, '"env" must be an object of texts'],
    [{ requireReason: 'yes' }, '"requireReason" must be true or false'],
    [[], 'the settings must be an object'],
    [{ rules: { 'fcgi-default-port': ['warning'] } }, 'the level of "fcgi-default-port" must be one of'],
    [{ rules: { 'fcgi-default-port': ['warning', 9001] } }, 'the options of "fcgi-default-port" must be an'],
    [
      { rules: { 'fcgi-default-port': ['warning', { prt: 9001 }] } },
      '"fcgi-default-port" has no option "prt": did you mean port?',
    ],
    [
      { rules: { 'fcgi-default-port': ['warning', { constructor: 1 }] } },
      '"fcgi-default-port" has no option "constructor": it has port',
    ],
    [
      { rules: { 'proxypass-shadowed': ['error', { deep: true }] } },
      '"proxypass-shadowed" has no option "deep": it has none',
    ],
    [
      { rules: { 'fcgi-default-port': ['warning', { port: '9001' }] } },
      'option "port" of "fcgi-default-port" must be a whole number from 1 to 65535',
    ],
    [
      { rules: { 'fcgi-default-port': ['warning', { port: 70000 }] } },
      'must be a whole number from 1 to 65535',
    ],
    [
      { rules: { 'php-extension-gap': ['warning', { extensions: '.inc' }] } },
      'option "extensions" of "php-extension-gap" must be a list of texts',
    ],
    [
      { rules: { 'php-extension-gap': ['warning', { extensions: ['.inc', 'phps'] }] } },
      'may not hold "phps", which does not match',
    ],
  ])('is refused with what is meant: %j', (settings, problem) => {
    expect(() => parse(settings)).toThrow(problem);
  });

  it('is refused as a whole, each problem with its file, line and column', () => {
    const text = `{
  "a": 1,
  "rules": {
    "fcgi-default-port": ["loud", { "port": 0 }],
    "nosuch": "off"
  }
}`;
    expect(() => parseSettings('/conf/s.json', text)).toThrow(
      new RegExp(
        [
          's\\.json:2:3: unknown key "a".*',
          's\\.json:4:27: the level of .*',
          's\\.json:4:45: option "port" .*',
          's\\.json:5:5: no rule is called "nosuch".*',
        ].join('\\n.*'),
      ),
    );
  });

  it.each([
    ['{', '1:2: this is no JSON: a name in quotes is expected here'],
    ['{\n  "target": "2.4.58",\n}', '3:1: this is no JSON: a name in quotes'],
    ['{ "a": 1 "b": 2 }', "1:10: this is no JSON: '}' is expected here"],
    ['{ "a": 1, "a": 2 }', '1:11: this is no JSON: "a" stands here twice'],
    ["{ 'a': 1 }", '1:3: this is no JSON: a value, a name or a mark is misspelt'],
    ['{} {}', '1:4: this is no JSON: nothing may stand behind the value'],
    ['['.repeat(100_000), '1:66: this is no JSON: the value is nested too deeply'],
    ['', '1:1: this is no JSON: a value is expected here'],
  ])('that is no JSON is refused where it stops being it: %#', (text, problem) => {
    expect(() => parseSettings('/conf/s.json', text)).toThrow(`/conf/s.json:${problem}`);
  });

  it('takes relative paths from its own folder', () => {
    const { paths, serverRoot } = parse({ paths: { '/etc/apache2': 'conf' }, serverRoot: '.' });
    expect([...paths]).toEqual([['/etc/apache2', '/conf/conf']]);
    expect(serverRoot).toBe('/conf');
  });

  it('puts its own levels on top of its presets', () => {
    const { levels } = parse({ extends: ['security'], rules: { 'proxypass-shadowed': 'error' } });
    expect(levels.get('proxypass-shadowed')).toBe('error');
    expect(levels.get('balancer-no-members')).toBe('off');
    expect(levels.has('uds-authority-collision')).toBe(false);
  });
});

describe('presets', () => {
  it.each(PRESETS)('%s leaves rules in force, and none but recommended leaves all as they are', (preset) => {
    const levels = levelsOf(preset);
    expect(levels.size > 0).toBe(preset !== 'recommended');
    expect([...levels.values()].some((level) => level !== 'off') || levels.size < allRules().length).toBe(
      true,
    );
  });
});

describe('the published schema', () => {
  const validate = new Ajv({ strict: false }).compile(settingsSchema());

  it('admits what the settings may hold', () => {
    const settings = {
      $schema: 'x',
      extends: ['strict', 'fpm'],
      rules: { 'proxypass-shadowed': 'off', 'fcgi-default-port': ['error', { port: 9001 }] },
      target: '2.4.58',
      modules: ['proxy', 'mod_proxy_fcgi'],
      defines: ['A', 'B=1'],
      env: { A: 'b' },
      serverRoot: '.',
      paths: { '/etc/apache2': '.' },
      ignore: ['old/**'],
      requireReason: true,
    };
    expect(validate(settings)).toBe(true);
    expect(() => parse(settings)).not.toThrow();
  });

  it('refuses what they may not', () => {
    for (const settings of [
      { rulse: {} },
      { rules: { nosuch: 'off' } },
      { rules: { 'fcgi-default-port': ['error', { prt: 9001 }] } },
      { rules: { 'fcgi-default-port': ['error', { port: 'x' }] } },
      { rules: { 'proxypass-shadowed': ['error', {}] } },
      { target: '3' },
      { ignore: 'x' },
    ])
      expect(validate(settings), JSON.stringify(settings)).toBe(false);
  });
});

describe('settings in force', () => {
  it('give a rule its level, or switch it off', async () => {
    expect(await found('/conf/a.conf', SHADOWED, {}, only)).toEqual(['2: proxypass-shadowed warning']);
    const error = { levels: new Map([['proxypass-shadowed', 'error' as const]]) };
    expect(await found('/conf/a.conf', SHADOWED, error, only)).toEqual(['2: proxypass-shadowed error']);
    const off = { levels: new Map([['proxypass-shadowed', 'off' as const]]) };
    expect(await found('/conf/a.conf', SHADOWED, off)).not.toContain('2: proxypass-shadowed warning');
  });

  it('give a rule its options', async () => {
    const { levels, options } = parse({
      rules: { 'php-extension-gap': ['error', { extensions: ['.inc'] }] },
    });
    const text = '<FilesMatch "\\.ph(?:ar|p|tml)$">\nSetHandler "proxy:fcgi://h:9000"\n</FilesMatch>\n';
    const gap = { onlyRules: ['php-extension-gap'] };
    expect(await found('/conf/a.conf', text, { levels, options }, gap)).toEqual([
      '1: php-extension-gap error',
    ]);
    expect(await found('/conf/a.conf', text, {}, gap)).toEqual([]);
  });

  it('leave out patterns that are slow only somewhat, from as many steps as they say', async () => {
    const text = 'RedirectMatch "^/(.*)/(.*)/(.*)/(.*)$" "/x"\n';
    const slow = { onlyRules: ['slow-pattern'] };
    expect(await found('/conf/a.conf', text, {}, slow)).toEqual(['1: slow-pattern info']);
    const { options } = parse({ rules: { 'slow-pattern': ['info', { atLeast: 2_000_000 }] } });
    expect(await found('/conf/a.conf', text, { options }, slow)).toEqual([]);
  });

  it('never switch off what httpd itself refuses', async () => {
    const { findings } = await report(
      task('/conf/a.conf', 'Bogus\n', {}, { onlyRules: ['proxypass-shadowed'] }),
    );
    expect(findings.map(({ code }) => code)).toEqual(['bind/unknown-directive']);
  });

  it('decide conditions by names, environment, version and modules', async () => {
    const text = [
      '<IfDefine HERE>\nBogusDefine\n</IfDefine>',
      '<IfVersion >= 2.4.60>\nBogusVersion\n</IfVersion>',
      '<IfModule proxy_module>\nBogusModule\n</IfModule>',
      '${NAME}\n',
    ].join('\n');
    const settings = {
      defines: ['HERE', 'NAME=BogusName'],
      target: '2.4.58',
      modules: ['alias'],
    };
    expect(await found('/conf/a.conf', text, settings)).toEqual([
      '2: bind/unknown-directive error',
      '10: bind/unknown-directive error',
    ]);
  });
});

describe('the nearest settings file', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'hgw-lint-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is found upwards from the file', () => {
    mkdirSync(join(folder, 'a/b'), { recursive: true });
    writeFileSync(join(folder, 'httpd-gateway.lint.json'), '{ "target": "2.4.6" }');
    expect(settingsFor(join(folder, 'a/b'))).toMatchObject({ target: '2.4.6', folder });
  });

  it('may put paths of the server into the tree', async () => {
    writeFileSync(join(folder, 'part.conf'), 'Bogus\n');
    const settings = { paths: new Map([['/etc/httpd', folder]]) };
    const text = 'Include /etc/httpd/part.conf\n';
    const { findings } = await report(task(join(folder, 'root.conf'), text, settings, { cwd: folder }));
    expect(findings).toMatchObject([{ path: 'part.conf', line: 1, includedFrom: [{ line: 1 }] }]);
  });
});

it('the schema in the package is the current one', () => {
  const path = join(import.meta.dirname, '../../schemas/httpd-gateway.lint.schema.json');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(JSON.stringify(settingsSchema())));
});
