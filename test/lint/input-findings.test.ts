import { describe, expect, it } from 'vitest';
import { BUILT_IN_RULES } from '../../src/lint/built-in.ts';
import { found, report, task } from './tasks.ts';

describe('findings beside the rules', () => {
  it.each(BUILT_IN_RULES.map((rule) => [rule.name, rule] as const))(
    '%s is found in each bad example of its page, and in no good one',
    async (name, rule) => {
      for (const { text } of rule.page.bad)
        expect(
          (await found('/conf/a.conf', text)).filter((one) => one.includes(` ${name} `)),
          text,
        ).not.toEqual([]);
      for (const { text } of rule.page.good)
        expect(
          (await found('/conf/a.conf', text)).filter((one) => one.includes(` ${name} `)),
          text,
        ).toEqual([]);
    },
  );

  it('say nothing else about a file with zero bytes, and that it was not analysed', async () => {
    const { findings, isIncomplete } = await report(task('/conf/a.conf', 'Bogus\n\0\nBogus\n'));
    expect(findings.map(({ code, line }) => `${line}: ${code}`)).toEqual(['2: binary-file']);
    expect(isIncomplete).toBe(true);
  });

  it('say of a byte order mark what the unknown command behind it means', async () => {
    expect(await found('/conf/a.conf', '\u00ef\u00bb\u00bfListen 80\nBogus\n')).toEqual([
      '1: byte-order-mark error',
      '2: bind/unknown-directive error',
    ]);
  });
});

describe('modules that do not come with httpd', () => {
  const LOADED = 'LoadModule security2_module modules/mod_security2.so\n';

  it('may have directives of their own, but not those that are nearly of httpd', async () => {
    const text = `${LOADED}SecRuleEngine On\nServrName a\nRewriteEngine On\n`;
    expect(await found('/conf/a.conf', text)).toEqual([
      '1: unknown-module warning',
      '2: unknown-module info',
      '3: bind/unknown-directive error',
      '4: bind/unknown-directive error',
    ]);
  });

  it('are silent when they are meant, with their directives', async () => {
    const options = new Map([
      ['unknown-module', { modules: ['security2_module'], directives: ['sec*', 'Shib*'] }],
    ]);
    const text = `${LOADED}SecRuleEngine On\nOther On\n`;
    expect(await found('/conf/a.conf', text, { options })).toEqual(['3: unknown-module info']);
    expect(await found('/conf/a.conf', 'ShibCompatValidUser Off\nBogus\n', { options })).toEqual([
      '2: bind/unknown-directive error',
    ]);
  });

  it('know php_value when they are mod_php', async () => {
    const text = 'LoadModule php7_module modules/libphp7.so\nphp_value a b\n';
    expect(await found('/conf/a.conf', text)).toEqual([
      '1: unknown-module warning',
      '2: unknown-module info',
    ]);
  });
});

describe('patterns that can blow up', () => {
  it('are shown with a subject that makes them slow', async () => {
    const { findings } = await report(task('/conf/a.conf', 'RedirectMatch "^/((a+)+)+!$" "/x"\n'));
    expect(findings).toMatchObject([{ code: 'slow-pattern', severity: 'warning', line: 1, column: 15 }]);
    expect(findings[0]!.help).toMatch(/^try it on "\/" \+ "a+" x \d+.*steps$/);
  });

  it('are found in sections, conditions and expressions', async () => {
    const bad = '^/((a+)+)+!$';
    const text = [
      `<LocationMatch "${bad}">\nRequire all granted\n</LocationMatch>`,
      `RewriteEngine on\nRewriteCond %{REQUEST_URI} "${bad}"\nRewriteRule . -\n`,
    ].join('\n');
    const lines = (await found('/conf/a.conf', text)).filter((one) => one.includes('slow-pattern'));
    expect(lines).toEqual(['1: slow-pattern warning', '5: slow-pattern warning']);
  });

  it('can be suppressed like any finding', async () => {
    const text = '# lint-disable-next-line slow-pattern -- internal\nRedirectMatch "^/((a+)+)+!$" "/x"\n';
    expect(await found('/conf/a.conf', text)).toEqual([]);
  });
});
