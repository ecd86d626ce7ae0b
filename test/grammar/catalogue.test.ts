import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  builtInModules,
  directiveNames,
  findDirective,
  findModule,
  MODULES,
  type ModuleCatalogue,
} from '../../grammar/catalogue/index.ts';
import type { modAlias } from '../../grammar/catalogue/mod_alias.ts';
import { readModules } from '../../scripts/catalogue/command-table.ts';
import { readElf } from '../../scripts/catalogue/elf.ts';

const APACHE = '/usr/sbin/apache2';
const MODULE_FOLDER = '/usr/lib/apache2/modules';
/** The catalogue is that of one release; another one has other directives. */
const isSameRelease =
  existsSync(APACHE) && spawnSync(APACHE, ['-v'], { encoding: 'utf8' }).stdout.includes('Apache/2.4.71 ');

describe('the catalogue', () => {
  test('finds directives by their name in lower case, sections with their <', () => {
    expect(findDirective('rewriterule')).toMatchObject([
      { module: { module: 'mod_rewrite' }, row: { shape: 'RAW_ARGS' } },
    ]);
    expect(findDirective('<directory')).toMatchObject([
      { row: { name: '<Directory', server: true, directory: false, override: [] } },
    ]);
    expect(findDirective('RewriteRule')).toEqual([]);
    expect(findDirective('constructor')).toEqual([]);
  });

  test('has a row for each module that shares a directive', () => {
    expect(findDirective('listen').map((entry) => entry.module.module)).toEqual([
      'mpm_event',
      'mpm_prefork',
      'mpm_worker',
    ]);
  });

  test('knows modules by identifier and by source name, with case', () => {
    expect(findModule('alias_module')).toBe(findModule('mod_alias.c'));
    expect(findModule('http_core.c')?.identifier).toBe('http_module');
    expect(findModule('Mod_alias.c')).toBeUndefined();
  });

  test("has Debian's compiled-in modules", () => {
    expect(
      builtInModules()
        .map((module) => module.source)
        .sort(),
    ).toEqual([
      'core.c',
      'http_core.c',
      'mod_log_config.c',
      'mod_logio.c',
      'mod_so.c',
      'mod_unixd.c',
      'mod_version.c',
      'mod_watchdog.c',
    ]);
  });

  test('spells every name once, and no module twice', () => {
    expect(new Set(directiveNames().map((name) => name.toLowerCase())).size).toBe(directiveNames().length);
    expect(new Set(MODULES.map((module) => module.identifier)).size).toBe(MODULES.length);
    for (const module of MODULES) {
      for (const [key, row] of Object.entries(module.directives)) expect(key).toBe(row.name);
    }
  });

  test('gives the compiler the names of each module', () => {
    expectTypeOf<'Alias'>().toExtend<keyof typeof modAlias.directives>();
    expectTypeOf<'RewriteRule'>().not.toExtend<keyof typeof modAlias.directives>();
  });

  test.skipIf(!isSameRelease)('has exactly the directives that the installed apache2 lists', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hgw-catalogue-'));
    const names = readdirSync(MODULE_FOLDER).filter(
      (name) => /^mod_\w+\.so$/.test(name) && !/mpm_(worker|prefork)/.test(name),
    );
    // those that others need come first
    const needed = [
      'mod_mpm_event.so',
      'mod_proxy.so',
      'mod_dav.so',
      'mod_session.so',
      'mod_ldap.so',
      'mod_dbd.so',
      'mod_cache.so',
    ];
    const ordered = [...new Set([...needed.filter((name) => names.includes(name)), ...names])];
    const lines = ordered.map((name) => `LoadModule ${name.slice(4, -3)}_module ${MODULE_FOLDER}/${name}`);
    writeFileSync(
      join(folder, 'all.conf'),
      [`ServerRoot ${folder}`, `ErrorLog ${folder}/error.log`, 'ServerName a.test', ...lines, ''].join('\n'),
    );
    const { stdout, stderr } = spawnSync(APACHE, ['-f', join(folder, 'all.conf'), '-L'], {
      encoding: 'utf8',
    });
    rmSync(folder, { recursive: true });
    const listed = [...stdout.matchAll(/^(\S.*) \(([\w.]+)\)$/gm)].map(
      ([, name, source]) => `${name} ${source}`,
    );
    const known = MODULES.filter((module) => !/^mpm_(worker|prefork)$/.test(module.module)).flatMap(
      (module) => Object.keys(module.directives).map((name) => `${name} ${module.source}`),
    );
    expect(listed.length, stderr).toBeGreaterThan(600);
    expect([...new Set(listed)].sort()).toEqual(known.sort());
  });

  test.skipIf(!isSameRelease)("has the contexts and shapes of the installed apache2's command tables", () => {
    const images = readdirSync(MODULE_FOLDER).filter((name) => name.endsWith('.so'));
    const installed = [
      ...readModules(readElf(APACHE), true),
      ...images.flatMap((name) => readModules(readElf(join(MODULE_FOLDER, name)), false)),
    ];
    const bySource = (modules: readonly ModuleCatalogue[]) =>
      new Map(modules.map((module) => [module.source, module]));
    expect(bySource(MODULES)).toEqual(bySource(installed));
  });
});
