/**
 * Writes what is made from the lint rules: docs/rules/<rule>.md, docs/rules/README.md and the JSON schema of the
 * settings. `--check` writes nothing and fails when something is not current.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { allRules } from '../src/lint/built-in.ts';
import { ruleIndexMarkdown, ruleMarkdown } from '../src/lint/rule-page.ts';
import { settingsSchema } from '../src/lint/settings.ts';

const root = join(import.meta.dirname, '..');
const PAGES = 'docs/rules';
export const SCHEMA = 'schemas/httpd-gateway.lint.schema.json';

/** Every file that is made, by its path from the project's root. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    [`${PAGES}/README.md`, ruleIndexMarkdown(allRules())],
    ...allRules().map((rule): [string, string] => [`${PAGES}/${rule.name}.md`, ruleMarkdown(rule)]),
    [SCHEMA, `${JSON.stringify(settingsSchema(), null, 2)}\n`],
  ]);
}

/** Paths that are missing, differ, or belong to no rule any more. */
export function staleFiles(): string[] {
  const files = generatedFiles();
  const stale = [...files].filter(([path, text]) => read(path) !== text).map(([path]) => path);
  return [...stale, ...leftPages().filter((path) => !files.has(path))];
}

function read(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}

function leftPages(): string[] {
  try {
    return readdirSync(join(root, PAGES)).map((name) => `${PAGES}/${name}`);
  } catch {
    return [];
  }
}

function write(): void {
  const files = generatedFiles();
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  for (const path of leftPages()) if (!files.has(path)) rmSync(join(root, path));
}

if (process.argv[1] === import.meta.filename) {
  if (process.argv.includes('--check')) {
    const stale = staleFiles();
    for (const path of stale) console.error(`not current: ${path}`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else write();
}
