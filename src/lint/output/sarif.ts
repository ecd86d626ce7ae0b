import { CODES } from '../../diagnostics/codes.ts';
import type { Severity } from '../../diagnostics/diagnostic.ts';
import type { Range } from '../../diagnostics/place.ts';
import type { RuleInfo } from '../built-in.ts';
import type { LintFinding, SuppressedFinding } from '../report.ts';
import { ruleMarkdown } from '../rule-page.ts';
import { optionValues } from '../options.ts';
import { pageOf, type Format, type LintResults } from './format.ts';

const LEVELS: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
  hint: 'note',
};

/** A path as the path of a URI; absolute ones as `file:`. */
function uriOf(path: string): string {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${encoded}` : encoded;
}

function region({ line, column, endLine, endColumn }: Range) {
  return { startLine: line, startColumn: column, endLine, endColumn };
}

function physicalLocation(range: Range) {
  return { artifactLocation: { uri: uriOf(range.path) }, region: region(range) };
}

function ruleDescriptor(rule: RuleInfo, results: LintResults) {
  return {
    id: rule.name,
    shortDescription: { text: rule.summary },
    fullDescription: { text: rule.page.what },
    help: { text: `${rule.page.why} ${rule.page.howToFix}`, markdown: ruleMarkdown(rule) },
    ...(results.rulePages !== undefined && { helpUri: pageOf(results, rule.name) }),
    defaultConfiguration: {
      level: LEVELS[rule.severity],
      ...(rule.options && { parameters: optionValues(rule.options) }),
    },
    properties: { tags: rule.isSecurity ? ['httpd', 'security'] : ['httpd'] },
  };
}

/** Codes of the front end among the findings: what httpd itself refuses or warns of. */
function codeDescriptor(code: string) {
  const info = (CODES as Readonly<Record<string, { summary: string; severity: Severity }>>)[code];
  return {
    id: code,
    shortDescription: { text: info?.summary ?? code },
    defaultConfiguration: { level: LEVELS[info?.severity ?? 'error'] },
    properties: { tags: ['httpd'] },
  };
}

function relatedLocations(finding: LintFinding) {
  const places = [
    ...(finding.related ?? []).map((place) => ({
      physicalLocation: physicalLocation(place),
      message: { text: place.message },
    })),
    ...(finding.includedFrom ?? []).map(({ kind, name, path, line }) => ({
      physicalLocation: { artifactLocation: { uri: uriOf(path) }, region: { startLine: line } },
      message: { text: kind === 'include' ? 'included from here' : `macro ${name ?? ''} is used here` },
    })),
  ];
  return places.map((place, i) => ({ id: i + 1, ...place }));
}

function fixes({ fix }: LintFinding) {
  if (fix === undefined) return undefined;
  const byPath = new Map<string, object[]>();
  for (const { text, ...range } of fix.edits) {
    const replacement = {
      deletedRegion: region(range),
      // There even when it is empty: some readers take it for given.
      insertedContent: { text: Buffer.from(text, 'latin1').toString('utf8') },
    };
    byPath.set(range.path, [...(byPath.get(range.path) ?? []), replacement]);
  }
  const artifactChanges = [...byPath].map(([path, replacements]) => ({
    artifactLocation: { uri: uriOf(path) },
    replacements,
  }));
  return [{ description: { text: fix.title }, artifactChanges }];
}

function result(finding: LintFinding, indexes: ReadonlyMap<string, number>) {
  const related = relatedLocations(finding);
  const changes = fixes(finding);
  const { code, severity, message, help, fingerprint } = finding;
  return {
    ruleId: code,
    ruleIndex: indexes.get(code)!,
    level: LEVELS[severity],
    message: { text: help === undefined ? message : `${message}\n${help}` },
    locations: [{ physicalLocation: physicalLocation(finding) }],
    partialFingerprints: { 'httpdGatewayLint/v1': fingerprint },
    ...(related.length > 0 && { relatedLocations: related }),
    ...(changes && { fixes: changes }),
  };
}

/** A result that a comment in the configuration silences. */
function suppressedResult(finding: SuppressedFinding, indexes: ReadonlyMap<string, number>) {
  const { reason } = finding;
  const suppression = { kind: 'inSource', ...(reason !== undefined && { justification: reason }) };
  return { ...result(finding, indexes), suppressions: [suppression] };
}

/** SARIF 2.1.0, as code scanning services read it. */
export const sarif: Format = (results: LintResults) => {
  const { findings, suppressed, baseline } = results;
  const accepted = baseline?.accepted ?? [];
  const rules = [...results.rules.map((rule) => ruleDescriptor(rule, results))] as (
    ReturnType<typeof ruleDescriptor> | ReturnType<typeof codeDescriptor>
  )[];
  const known = new Set(rules.map(({ id }) => id));
  for (const { code } of [...findings, ...suppressed, ...accepted]) {
    if (known.has(code)) continue;
    known.add(code);
    rules.push(codeDescriptor(code));
  }
  const indexes = new Map(rules.map(({ id }, i) => [id, i]));
  const incomplete = results.roots.filter((root) => root.isIncomplete).map((root) => root.path);
  const notifications = [
    ...incomplete.map((path) => `${path}: not analysed completely`),
    ...results.problems,
  ].map((text) => ({ level: 'error', message: { text } }));
  const isNew = baseline && { baselineState: 'new' };
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'httpd-gateway lint', semanticVersion: results.version, rules } },
        columnKind: 'unicodeCodePoints',
        invocations: [
          {
            executionSuccessful: notifications.length === 0,
            ...(notifications.length > 0 && { toolExecutionNotifications: notifications }),
          },
        ],
        results: [
          ...findings.map((finding) => ({ ...result(finding, indexes), ...isNew })),
          ...suppressed.map((finding) => ({ ...suppressedResult(finding, indexes), ...isNew })),
          ...accepted.map((finding) => ({
            ...result(finding, indexes),
            baselineState: 'unchanged',
            suppressions: [{ kind: 'external', justification: `accepted by ${baseline?.path}` }],
          })),
        ],
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
};
