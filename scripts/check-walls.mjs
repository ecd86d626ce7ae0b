/**
 * Fails when an import goes upwards in the picture of docs/architecture.md, or through one of its two walls:
 * serving needs no parser, linting opens no socket. Types may be imported from anywhere below or beside.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Folders by height; an import goes to the same height or down. */
const HEIGHTS = new Map(
  [
    ['grammar'],
    ['src/source', 'src/diagnostics', 'src/pattern'],
    [
      'src/syntax',
      'src/load',
      'src/pipeline',
      'src/expr',
      'src/backend',
      'src/fastcgi',
      'src/http1',
      'src/workers',
    ],
    ['src/modules'],
    ['src/bind'],
    ['src/plan'],
    ['src/server', 'src/lint', 'src/explain', 'src/compare'],
    ['src/cli'],
  ].flatMap((folders, height) => folders.map((folder) => [folder, height])),
);

const SERVING = ['plan', 'modules', 'pipeline', 'expr', 'backend', 'fastcgi', 'http1', 'server'].map(
  (f) => `src/${f}`,
);
const PARSERS = ['grammar/config', 'grammar/expr', 'src/load', 'chevrotain'];
const SOCKETS = [
  ...['net', 'http', 'https', 'http2', 'tls', 'dgram', 'cluster', 'child_process'].map(
    (name) => `node:${name}`,
  ),
  'src/server',
];

function filesBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** Static imports of a file, as paths from the root or package names; `isType` when nothing of it is left when run. */
function importsOf(file) {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest);
  const found = [];
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    if (statement.moduleSpecifier === undefined) continue;
    const name = statement.moduleSpecifier.text;
    const clause = ts.isImportDeclaration(statement) ? statement.importClause : statement;
    const bindings = ts.isImportDeclaration(statement) ? clause?.namedBindings : statement.exportClause;
    const isType =
      clause?.isTypeOnly === true ||
      (clause?.name === undefined &&
        bindings?.elements !== undefined &&
        bindings.elements.length > 0 &&
        bindings.elements.every((element) => element.isTypeOnly));
    found.push({
      to: name.startsWith('.') ? relative(root, resolve(root, dirname(file), name)) : name,
      isType,
    });
  }
  return found;
}

const folderOf = (path) => (path.startsWith('grammar/') ? 'grammar' : path.split('/').slice(0, 2).join('/'));
const isUnder = (path, folder) => path === folder || path.startsWith(`${folder}/`);

const files = [...filesBelow('src'), ...filesBelow('grammar')];
const imports = new Map(files.map((file) => [file, importsOf(file)]));
const problems = [];

for (const [file, list] of imports) {
  for (const { to, isType } of list) {
    if (isType || isUnder(file, 'src/workers')) continue;
    const from = HEIGHTS.get(folderOf(file));
    const target = HEIGHTS.get(folderOf(to));
    if (from !== undefined && target !== undefined && target > from)
      problems.push(`${file} imports upwards: ${to}`);
  }
}

/**
 * Reports paths of value imports from the files to one of the targets, one for each first file.
 *
 * @param isOpaque files whose own imports are not followed
 */
function wall(starts, targets, message, isOpaque = () => false) {
  for (const start of starts) {
    const trail = new Map([[start, undefined]]);
    const queue = [start];
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const hit = (imports.get(file) ?? []).find(
        (i) => !i.isType && targets.some((target) => isUnder(i.to, target)),
      );
      if (hit !== undefined) {
        const path = [hit.to];
        for (let at = file; at !== undefined; at = trail.get(at)) path.unshift(at);
        problems.push(`${message}: ${path.join(' -> ')}`);
        break;
      }
      for (const { to, isType } of imports.get(file) ?? []) {
        if (isType || isOpaque(to) || trail.has(to) || !imports.has(to)) continue;
        trail.set(to, file);
        queue.push(to);
      }
    }
  }
}

wall(
  files.filter((file) => SERVING.some((folder) => isUnder(file, folder))),
  PARSERS,
  'serving reaches a parser',
);
// A module's binders, which lint needs, stand in one place with its hooks, which it never runs.
wall(
  files.filter((file) => isUnder(file, 'src/lint')),
  SOCKETS,
  'lint reaches a socket',
  (file) => isUnder(file, 'src/modules'),
);

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
