import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findDirective } from '../../grammar/catalogue/index.ts';
import { CODES, type CodeInfo } from '../../src/diagnostics/codes.ts';
import { load } from '../../src/load/load.ts';
import type { LoadResult } from '../../src/load/request.ts';
import { fileOf } from '../../src/source/line-index.ts';
import { httpdLine } from '../../src/syntax/httpd-line.ts';
import type { ConfigNode } from '../../src/syntax/tree.ts';

const APACHE = '/usr/sbin/apache2';
const MODULES = '/usr/lib/apache2/modules';

export const hasApache = existsSync(APACHE) && existsSync(`${MODULES}/mod_macro.so`);
if (!hasApache) console.warn('apache2 is not installed: what it reads is not compared');

/** What reading a configuration comes to: the first error's place, or the lines of the tree. */
export type Reading =
  | { readonly kind: 'refused'; readonly file: string; readonly line: number; readonly message: string }
  | {
      readonly kind: 'read';
      readonly lines: readonly string[] | undefined;
      /** httpd's log numbers of what is warned of while reading. */
      readonly warnings: readonly string[];
    };

/** A folder with a main file that loads a few modules and includes `fragment.conf`. */
export class Bench {
  readonly root = mkdtempSync(join(tmpdir(), 'hgw-load-'));

  constructor() {
    const modules = ['mpm_event', 'authz_core', 'macro', 'info', 'env'];
    this.write(
      'main.conf',
      [
        `ServerRoot ${this.root}`,
        `PidFile ${this.root}/pid`,
        `ErrorLog ${this.root}/error.log`,
        'ServerName main.test',
        'Listen 127.0.0.1:21099',
        ...modules.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
        'Include fragment.conf\n',
      ].join('\n'),
    );
  }

  write(name: string, text: string): void {
    const path = join(this.root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, 'latin1');
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }

  /** What apache2 makes of the fragment while reading; errors of its walk pass count as read. */
  httpd(fragment: string): Reading {
    this.write('fragment.conf', fragment);
    const main = join(this.root, 'main.conf');
    const run = spawnSync(APACHE, ['-f', main, '-t', '-D', 'DUMP_CONFIG'], {
      encoding: 'latin1',
      env: { HGW_ENV: 'from env' },
      timeout: 20_000,
    });
    if (run.status === null) throw new Error(`apache2 did not end: ${run.signal}`);
    const warnings = [...run.stderr.matchAll(/^(?:\[[^\]]*\] ){3}(AH\d+):/gm)]
      .map((match) => match[1]!)
      .filter((ah) => LOG_NUMBERS.has(ah));
    if (run.status === 0) return { kind: 'read', lines: dumpedLines(run.stdout), warnings };
    const error = run.stderr.split('\n').find((line) => line.startsWith('apache2: Syntax error'));
    if (error === undefined) {
      if (!run.stderr.includes('AH00526: Syntax error')) throw new Error(run.stderr);
      return { kind: 'read', lines: undefined, warnings };
    }
    let rest = error.slice('apache2: '.length);
    let place = { file: '', line: 0 };
    for (let match = SYNTAX_ERROR.exec(rest); match !== null; match = SYNTAX_ERROR.exec(rest)) {
      place = { file: unescapeLog(match[2]!), line: Number(match[1]) };
      rest = rest.slice(match[0].length);
    }
    return { kind: 'refused', ...place, message: unescapeLog(rest) };
  }

  /** What the gateway makes of it. */
  gateway(fragment: string): Reading {
    this.write('fragment.conf', fragment);
    const result = load({
      rootPath: join(this.root, 'main.conf'),
      flags: ['DUMP_CONFIG'],
      env: new Map([['HGW_ENV', 'from env']]),
    });
    const error = result.diagnostics.find((diagnostic) => diagnostic.severity === 'error');
    if (error === undefined) {
      const warnings = result.diagnostics.flatMap(({ code }) => LOG_NUMBERS_BY_CODE.get(code) ?? []);
      return { kind: 'read', lines: treeLines(result), warnings };
    }
    const file = fileOf(result.sources, error.span.file);
    return {
      kind: 'refused',
      file: file.path,
      line: httpdLine(result.sources, error.span),
      message: error.message,
    };
  }
}

const LOG_NUMBERS_BY_CODE = new Map(
  Object.entries(CODES).flatMap(([code, info]: [string, CodeInfo]) =>
    info.ah === undefined ? [] : [[code, info.ah] as const],
  ),
);
const LOG_NUMBERS = new Set(LOG_NUMBERS_BY_CODE.values());

const SYNTAX_ERROR = /^Syntax error on line (\d+) of (macro '.*?" *used on line \d+ of "[^"]*"|[^:]*): /;

/** The nodes of the fragment and what it includes: `file:line text`, sections without what follows their last `>`. */
function treeLines(result: LoadResult): string[] {
  const lines: string[] = [];
  const visit = (node: ConfigNode) => {
    const file = fileOf(result.sources, node.span.file);
    const isMain = file.path.endsWith('/main.conf');
    const written = node.kind === 'section' ? `<${node.name.text}` : node.name.text;
    const name = findDirective(written.toLowerCase())[0]?.row.name ?? written; // the walk pass puts the canonical name
    if (!isMain)
      lines.push(
        `${file.path}:${httpdLine(result.sources, node.span)} ${`${name} ${node.argsText.trim()}`.trim()}`,
      );
    if (node.kind === 'section') node.children.forEach(visit);
  };
  result.tree.forEach(visit);
  return lines;
}

/** What mod_info shows of the tree, in the form of `treeLines`. */
function dumpedLines(stdout: string): string[] {
  const lines: string[] = [];
  let file = '';
  let line = 0;
  let isFresh = false;
  for (const text of stdout.split('\n')) {
    const place = /^ *# +(\d+):$/.exec(text);
    if (text.trimStart().startsWith('# In file: ')) file = text.trimStart().slice('# In file: '.length);
    else if (place !== null) {
      line = Number(place[1]);
      isFresh = true;
    } else if (isFresh) {
      isFresh = false;
      if (file.endsWith('/main.conf')) continue;
      const directive = text.trimStart();
      const shown =
        directive.startsWith('<') && directive.includes('>')
          ? directive.slice(0, directive.lastIndexOf('>'))
          : directive;
      lines.push(`${file}:${line} ${shown.trim()}`);
    }
  }
  return lines;
}

/** Undoes what httpd does to bytes that are not printable. */
function unescapeLog(text: string): string {
  return text.replace(/\\(x[0-9a-f]{2}|.)/g, (_, escape: string) => {
    if (escape.startsWith('x')) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return { n: '\n', t: '\t', r: '\r' }[escape] ?? escape;
  });
}
