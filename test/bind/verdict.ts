import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bindConfig } from '../../src/bind/bind.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { httpdLine } from '../../src/syntax/httpd-line.ts';
import { load } from '../../src/load/load.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { NO_NAMES } from '../../src/plan/resolve-names.ts';

/** What a checker says of a fragment: accepted, or refused at a line of the fragment (0: at no particular line). */
export type Verdict =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly lines: readonly number[]; readonly message: string };

/** Modules that exclude each other, need what is not installed, or change what others allow. */
const LEFT_OUT =
  /^(mpm_prefork|mpm_worker|cgi|lua|auth_form|session.*|authnz_ldap|ldap|proxy_html|xml2enc|case_filter.*|bucketeer|heart.*|suexec|echo|dialup|example.*|optional_.*|authn_dbd|authz_dbd|dbd|md|http2|proxy_http2|brotli|tls|systemd|log_forensic|dav.*|cern_meta|imagemap|ident|socache_memcache|socache_redis)$/;

const MODULE_DIR = '/usr/lib/apache2/modules';

/** `LoadModule` lines for most of what Debian ships. */
export function moduleLines(): string[] {
  const first = [
    'mpm_event',
    'authn_core',
    'authz_core',
    'proxy',
    'slotmem_shm',
    'watchdog',
    'cache',
    'socache_shmcb',
    'filter',
  ];
  const found = readdirSync(MODULE_DIR)
    .flatMap((file) => /^mod_(.*)\.so$/.exec(file)?.[1] ?? [])
    .filter((name) => !LEFT_OUT.test(name));
  const ordered = [
    ...first.filter((name) => found.includes(name)),
    ...found.filter((name) => !first.includes(name)).sort(),
  ];
  return ordered.map(
    (name) => `LoadModule ${name === 'php8.2' ? 'php' : name}_module ${MODULE_DIR}/mod_${name}.so`,
  );
}

/** A directory with a document root and the head of a configuration; fragments are checked one by one. */
export class VerdictBench {
  readonly directory = mkdtempSync(join(tmpdir(), 'verdict-'));
  readonly docroot = join(this.directory, 'docroot');
  readonly #head: string[];

  constructor() {
    mkdirSync(this.docroot);
    writeFileSync(join(this.directory, 'mime.types'), 'text/html html\n');
    this.#head = [
      `ServerRoot ${this.directory}`,
      ...moduleLines(),
      'ServerName localhost',
      `PidFile ${this.directory}/pid`,
      `ErrorLog ${this.directory}/error.log`,
      'Listen 127.0.0.1:29999',
      `DocumentRoot ${this.docroot}`,
    ];
  }

  #file(fragment: string): string {
    const path = join(this.directory, 'check.conf');
    writeFileSync(path, `${this.#head.join('\n')}\n${fragment}\n`, 'latin1');
    return path;
  }

  apache(fragment: string): Verdict {
    const run = spawnSync('apache2', ['-t', '-f', this.#file(fragment)], { encoding: 'latin1' });
    const output = run.stdout + run.stderr;
    if (run.status === 0) return { accepted: true };
    const line = /Syntax error on line (\d+) of/.exec(output)?.[1];
    const message = output
      .trim()
      .split('\n')
      .filter((text) => !/^\[|AH00526/.test(text))
      .join(' | ');
    return { accepted: false, lines: [line === undefined ? 0 : Number(line) - this.#head.length], message };
  }

  ours(fragment: string): Verdict {
    const errors = this.diagnostics(fragment).filter((found) => found.severity === 'error');
    const [first] = errors;
    if (!first) return { accepted: true };
    return { accepted: false, lines: this.#lines, message: first.message };
  }

  #lines: number[] = [];

  diagnostics(fragment: string): readonly Diagnostic[] {
    const loaded = load({ rootPath: this.#file(fragment), serverRoot: this.directory });
    const bound = bindConfig(loaded, { mayTouchDisk: true });
    const all = [...bound.diagnostics];
    if (!all.some((found) => found.severity === 'error')) {
      const plan = makePlan(bound, {
        errorLog: { log: () => undefined },
        readHtaccess: () => ({ error: 'not read here' }),
        names: NO_NAMES,
        machineName: 'localhost',
      });
      all.push(...plan.diagnostics);
    }
    this.#lines = all
      .filter((found) => found.severity === 'error')
      .map((found) => httpdLine(loaded.sources, found.span) - this.#head.length);
    return all;
  }

  close(): void {
    rmSync(this.directory, { recursive: true });
  }
}
