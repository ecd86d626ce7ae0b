import { createHash } from 'node:crypto';
import type { Severity } from '../../diagnostics/diagnostic.ts';
import { byFile, fullMessage, xml, type Format } from './format.ts';

const GITHUB: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
  hint: 'notice',
};

function githubText(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function githubProperty(text: string): string {
  return githubText(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}

/** Workflow commands, which GitHub shows beside the lines of a change. */
export const github: Format = ({ findings }) =>
  findings
    .map((finding) => {
      const { severity, path, line, column, endLine, endColumn, code } = finding;
      const columns = line === endLine ? `,col=${column},endColumn=${endColumn}` : '';
      return `::${GITHUB[severity]} file=${githubProperty(path)},line=${line},endLine=${endLine}${columns},title=${githubProperty(code)}::${githubText(fullMessage(finding))}\n`;
    })
    .join('');

const GITLAB: Readonly<Record<Severity, string>> = {
  error: 'critical',
  warning: 'major',
  info: 'minor',
  hint: 'info',
};

/** GitLab's code quality report. */
export const gitlab: Format = ({ findings }) =>
  `${JSON.stringify(
    findings.map((finding) => ({
      description: fullMessage(finding),
      check_name: finding.code,
      // GitLab tells findings of all files apart by this alone.
      fingerprint: createHash('sha256')
        .update(`${finding.path}\n${finding.fingerprint}`)
        .digest('hex')
        .slice(0, 32),
      severity: GITLAB[finding.severity],
      location: { path: finding.path, lines: { begin: finding.line, end: finding.endLine } },
    })),
    null,
    2,
  )}\n`;

/** Checkstyle's XML. */
export const checkstyle: Format = (results) => {
  const files = [...byFile(results)].map(([path, findings]) => {
    const errors = findings.map(
      (finding) =>
        `    <error line="${finding.line}" column="${finding.column}" severity="${finding.severity === 'hint' ? 'info' : finding.severity}" message="${xml(fullMessage(finding))}" source="httpd-gateway.${xml(finding.code)}"/>\n`,
    );
    return `  <file name="${xml(path)}">\n${errors.join('')}  </file>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="4.3">\n${files.join('')}</checkstyle>\n`;
};

/** JUnit's XML: a suite for each file, with a failed test for each finding, or one that passed. */
export const junit: Format = (results) => {
  const suites = [...byFile(results)].map(([path, findings]) => {
    const cases = findings.map(
      (finding) =>
        `    <testcase classname="${xml(path)}" name="${xml(`${finding.code} ${finding.line}:${finding.column}`)}">\n` +
        `      <failure type="${finding.severity}" message="${xml(finding.message)}">${xml(`${path}:${finding.line}:${finding.column}: ${fullMessage(finding)}`)}</failure>\n` +
        '    </testcase>\n',
    );
    if (cases.length === 0) cases.push(`    <testcase classname="${xml(path)}" name="no findings"/>\n`);
    return `  <testsuite name="${xml(path)}" tests="${cases.length}" failures="${findings.length}" errors="0">\n${cases.join('')}  </testsuite>\n`;
  });
  const failures = results.findings.length;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="httpd-gateway lint" failures="${failures}">\n${suites.join('')}</testsuites>\n`;
};
