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
  ])('is refused with what is meant: %j', (settings, problem) => {
    expect(() => parse(settings)).toThrow(problem);
  });

  it('is refused as a whole, with every problem and the name of the file', () => {
    expect(() => parse({ a: 1, b: 2 })).toThrow(/s\.json: unknown key "a".*\n.*s\.json: unknown key "b"/);
    expect(() => parseSettings('/conf/s.json', '{')).toThrow('this is no JSON');
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
      rules: { 'proxypass-shadowed': 'off' },
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
    for (const settings of [{ rulse: {} }, { rules: { nosuch: 'off' } }, { target: '3' }, { ignore: 'x' }])
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
