import type { RuleInfo } from './built-in.ts';
import type { OptionTable, RuleOption } from './options.ts';
import type { Need, RuleExample } from './rule.ts';

const NEEDS: Readonly<Record<Need, string>> = {
  modules: 'the loaded modules (LoadModule lines, or `modules` in the settings)',
  version: 'the version of httpd (`--target`)',
  files: "the target's files (`--root`)",
  pools: 'PHP-FPM pool files (`--fpm-pool`), perhaps a php.ini (`--php-ini`)',
};

const KINDS: Readonly<Record<RuleOption['type'], string>> = {
  flag: '`true` or `false`',
  count: 'whole number',
  texts: 'list of texts',
};

const FIXES: Readonly<Record<RuleInfo['fixable'], string>> = {
  safe: '`--fix`',
  review: '`--fix=suggested`, to be looked over',
  none: 'none: a person must decide',
};

/** An example with bytes that a page can't hold made visible. */
function example({ title, text }: RuleExample): string {
  const shown = text
    .replace(/\u00ef\u00bb\u00bf/g, '<EF BB BF>')
    .replace(/\0/g, '<00>')
    .replace(/\n*$/, '\n');
  return `${title === undefined ? '' : `${title}:\n\n`}\`\`\`apache\n${shown}\`\`\`\n`;
}

/** A table of options, with how a settings file sets one. */
function optionsMarkdown(rule: string, options: OptionTable): string {
  const rows = Object.entries(options).map(([name, option]) => {
    const range = option.type === 'count' ? `, ${option.min} to ${option.max}` : '';
    return `| \`${name}\` | ${KINDS[option.type]}${range} | \`${JSON.stringify(option.default)}\` | ${option.description} |`;
  });
  const [[name, option]] = Object.entries(options) as [[string, RuleOption]];
  const sample = `"${rule}": ["warning", { "${name}": ${JSON.stringify(option.default)} }]`;
  return [
    ['| option | kind | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n'),
    `In \`httpd-gateway.lint.json\`, below \`rules\`:\n\n\`\`\`json\n{ "rules": { ${sample} } }\n\`\`\``,
  ].join('\n\n');
}

/** The page of a rule, as markdown. */
export function ruleMarkdown(rule: RuleInfo): string {
  const { name, severity, summary, page, needs, fixable, isSecurity } = rule;
  const facts = [
    `Severity: ${severity}${isSecurity ? ' · security' : ''}`,
    `Fix: ${FIXES[fixable]}`,
    ...(needs.length > 0 ? [`Needs: ${needs.map((need) => NEEDS[need]).join('; ')}`] : []),
  ];
  return [
    `# \`${name}\``,
    `${summary}.`,
    facts.map((fact) => `- ${fact}`).join('\n'),
    '## What it finds',
    page.what,
    '## Why it matters',
    page.why,
    '## Bad',
    page.bad.map(example).join('\n').trimEnd(),
    '## Good',
    page.good.map(example).join('\n').trimEnd(),
    '## How to fix it',
    page.howToFix,
    ...(rule.options === undefined ? [] : ['## Options', optionsMarkdown(name, rule.options)]),
    '## Evidence',
    page.evidence.map((item) => `- ${item}`).join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}

/** The list of all rules, as markdown. */
export function ruleIndexMarkdown(rules: readonly RuleInfo[]): string {
  const rows = rules.map(
    ({ name, severity, summary, isSecurity, fixable }) =>
      `| [\`${name}\`](${name}.md) | ${severity}${isSecurity ? ', security' : ''} | ${fixable} | ${summary.replaceAll('|', '\\|')} |`,
  );
  return `# Rules of \`httpd-gateway lint\`\n\nMade from the rules themselves by \`npx tsx scripts/rule-pages.ts\`; a test checks that the pages are current.\n\n| rule | severity | fix | finds |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

/** The same page as plain text, for a terminal. */
export function ruleText(rule: RuleInfo): string {
  return ruleMarkdown(rule)
    .replace(/^```\w*\n([\s\S]*?)^```$/gm, (_, code: string) => code.replace(/^(?=.)/gm, '    ').trimEnd())
    .replace(/^#+ /gm, '');
}
