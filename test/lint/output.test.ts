import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { FORMATS, type FormatName } from '../../src/lint/output/index.ts';
import { xml } from '../../src/lint/output/format.ts';
import { results, task } from './tasks.ts';

const TEXT = [
  'ProxyPass "/" "fcgi://127.0.0.1:9000/"',
  'ProxyPass "/static" "!"',
  'Bogus "<&>%"',
  '# lint-disable-next-line proxypass-shadowed -- kept until June',
  'ProxyPass "/app/" "fcgi://127.0.0.1:9000/"',
  '',
].join('\n');

const ONLY = { onlyRules: ['proxypass-exclusion-after', 'proxypass-shadowed', 'unused-suppression'] };

async function render(format: FormatName, path = '/conf/a b.conf', text = TEXT): Promise<string> {
  return FORMATS[format](await results(task(path, text, {}, ONLY)));
}

describe('compact', () => {
  it('says each finding on a line that starts with its place', async () => {
    expect((await render('compact')).split('\n').map((line) => line.replace(/: [A-Z].*\[/, ': … ['))).toEqual(
      [
        'a b.conf:2:1: error: … [proxypass-exclusion-after]',
        'a b.conf:3:1: error: … [bind/unknown-directive]',
        '',
      ],
    );
  });
});

describe('pretty', () => {
  it('underlines the place, shows related places and the fix, and sums up', async () => {
    const text = await render('pretty');
    expect(text).toContain('    2 | ProxyPass "/static" "!"\n      | ^');
    expect(text).toContain('= help: ');
    expect(text).toContain('= fix (safe): ');
    expect(text).toContain('    1 | ProxyPass "/" "fcgi://127.0.0.1:9000/"');
    expect(text).toMatch(/2 errors, 0 warnings, 0 notes in 1 file, 1 suppressed\n$/);
    expect(text).not.toContain('\u001b');
  });

  it('has colours when asked for them', async () => {
    const all = await results(task('/conf/a.conf', TEXT, {}, { ...ONLY, style: 'color' }));
    expect(FORMATS.pretty(all)).toContain('\u001b[1;31merror\u001b[0m');
  });
});

describe('json', () => {
  it('holds findings, fixes, and what was suppressed for which reason', async () => {
    const json = JSON.parse(await render('json'));
    expect(json.findings[0]).toMatchObject({
      rule: 'proxypass-exclusion-after',
      severity: 'error',
      path: 'a b.conf',
      line: 2,
      column: 1,
      related: [{ path: 'a b.conf', line: 1 }],
      fix: { kind: 'safe' },
    });
    expect(json.suppressed).toMatchObject([
      { rule: 'proxypass-shadowed', line: 5, reason: 'kept until June' },
    ]);
    expect(json.roots).toEqual([{ path: 'a b.conf', isIncomplete: false, files: 1 }]);
  });

  it('gives a finding the same fingerprint wherever its line moves, and others another', async () => {
    const printsOf = async (text: string): Promise<string[]> => {
      const { findings } = await results(task('/conf/a.conf', text, {}, ONLY));
      return findings.map(({ fingerprint }) => fingerprint);
    };
    const prints = await printsOf(TEXT);
    expect(await printsOf(`\n\n${TEXT}`)).toEqual(prints);
    expect(new Set(prints).size).toBe(prints.length);
  });
});

describe('sarif', () => {
  const schemaPath = join(
    import.meta.dirname,
    '../../node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json',
  );
  // Draft 4 in name only: what the schema uses means the same in later drafts.
  const { id: _id, $schema: _schema, ...schema } = JSON.parse(readFileSync(schemaPath, 'utf8'));
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  ajv.addFormat('uri', (text) => URL.canParse(text));
  ajv.addFormat('uri-reference', (text) => URL.canParse(text, 'file:///base/'));
  ajv.addFormat('date-time', (text) => !Number.isNaN(Date.parse(text)));
  const validate = ajv.compile(schema);

  it.each([
    ['findings, fixes and suppressions', TEXT],
    ['nothing', 'Listen 8080\n'],
    ['a configuration that could not be read', 'Include /no/such/file.conf\n'],
    ['bytes that are no UTF-8', 'ServerName "\u00ff\u00fe"\nBogus\u00e9\n'],
  ])('is valid with %s', async (_what, text) => {
    const log = JSON.parse(await render('sarif', '/elsewhere/a b.conf', text));
    validate(log);
    expect(validate.errors).toBeNull();
  });

  it('refuses a log with a wrong level, so that the check means something', async () => {
    const log = JSON.parse(await render('sarif'));
    log.runs[0].results[0].level = 'fatal';
    expect(validate(log)).toBe(false);
  });

  it('carries rules, related places, fixes, fingerprints and suppressions', async () => {
    const [run] = JSON.parse(await render('sarif')).runs;
    const [finding] = run.results;
    expect(run.tool.driver.rules[finding.ruleIndex]).toMatchObject({
      id: 'proxypass-exclusion-after',
      defaultConfiguration: { level: 'error' },
    });
    expect(finding.locations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: 'a%20b.conf' },
      region: { startLine: 2, startColumn: 1 },
    });
    expect(finding.relatedLocations).toHaveLength(1);
    expect(finding.fixes[0].artifactChanges[0].replacements).toHaveLength(2);
    expect(Object.values(finding.partialFingerprints)).toHaveLength(1);
    expect(run.results).toContainEqual(
      expect.objectContaining({ suppressions: [{ kind: 'inSource', justification: 'kept until June' }] }),
    );
  });

  it('leads to the page of each rule when it is known where the pages stand', async () => {
    const all = await results(task('/conf/a.conf', TEXT, {}, ONLY));
    const rulePages = 'https://pages.example/lint/';
    const log = JSON.parse(FORMATS.sarif({ ...all, rulePages }));
    validate(log);
    expect(validate.errors).toBeNull();
    const rules = log.runs[0].tool.driver.rules as readonly { id: string; helpUri?: string }[];
    for (const { id, helpUri } of rules)
      expect(helpUri).toBe(id.includes('/') ? undefined : `${rulePages}${id}.md`);
    expect(JSON.stringify(JSON.parse(FORMATS.sarif(all)))).not.toContain('helpUri');
    expect(JSON.parse(FORMATS.json(all)).findings[0].page).toBe('docs/rules/proxypass-exclusion-after.md');
  });

  it('is valid with what a baseline accepts', async () => {
    const { findings, ...rest } = await results(task('/conf/a.conf', TEXT, {}, ONLY));
    const baseline = { path: 'known.json', accepted: findings.slice(0, 1), stale: [] };
    const log = JSON.parse(FORMATS.sarif({ ...rest, findings: findings.slice(1), baseline }));
    validate(log);
    expect(validate.errors).toBeNull();
    const states = log.runs[0].results as readonly { baselineState: string }[];
    expect(states.map((one) => one.baselineState)).toEqual(['new', 'new', 'unchanged']);
  });

  it('says that the run was not successful when something could not be read', async () => {
    const [run] = JSON.parse(await render('sarif', undefined, 'Include /no/such/file.conf\n')).runs;
    expect(run.invocations[0]).toMatchObject({ executionSuccessful: false });
  });
});

describe('formats of continuous integration', () => {
  it('are workflow commands for GitHub, with what would end them escaped', async () => {
    const [first, second] = (await render('github', '/conf/a,b:c.conf')).split('\n');
    expect(first).toMatch(
      /^::error file=a%2Cb%3Ac\.conf,line=2,endLine=2,col=1,endColumn=\d+,title=proxypass-exclusion-after::Exclusion/,
    );
    expect(second).toMatch(/title=bind\/unknown-directive::Invalid command/);
  });

  it('are a code quality report for GitLab', async () => {
    const report = JSON.parse(await render('gitlab'));
    expect(report).toHaveLength(2);
    expect(report[0]).toMatchObject({
      check_name: 'proxypass-exclusion-after',
      severity: 'critical',
      location: { path: 'a b.conf', lines: { begin: 2 } },
    });
    expect(report[0].fingerprint).toMatch(/^[0-9a-f]{32}$/);
    const elsewhere = JSON.parse(await render('gitlab', '/conf/other.conf'));
    expect(elsewhere[0].fingerprint).not.toBe(report[0].fingerprint);
  });

  it('are XML for Checkstyle and JUnit, with an entry for a file without findings', async () => {
    const all = await results(
      task('/conf/a.conf', TEXT, {}, ONLY),
      task('/conf/b.conf', 'Listen 80\n', {}, ONLY),
    );
    const checkstyle = FORMATS.checkstyle(all);
    expect(checkstyle).toContain('<error line="2" column="1" severity="error" message="Exclusion');
    expect(checkstyle).toContain('<file name="b.conf">\n  </file>');
    const junit = FORMATS.junit(all);
    expect(junit).toContain('<testsuite name="a.conf" tests="2" failures="2" errors="0">');
    expect(junit).toContain('<testcase classname="b.conf" name="no findings"/>');
  });

  it('escape what XML gives a meaning, and replace what it cannot hold', () => {
    expect(xml('<a b="c">&\n\u0001\ud800')).toBe('&lt;a b=&quot;c&quot;&gt;&amp;&#10;\ufffd\ufffd');
  });
});
