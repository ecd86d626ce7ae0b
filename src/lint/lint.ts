import { bindConfig, bindHtaccess } from '../bind/bind.ts';
import type { BoundConfig } from '../bind/bound.ts';
import type { Diagnostic, Severity } from '../diagnostics/diagnostic.ts';
import { load, loadHtaccess } from '../load/load.ts';
import type { LoadRequest, LoadResult } from '../load/request.ts';
import { ALL_OVERRIDES } from '../modules/core/overrides.ts';
import type { SourceSet } from '../source/source.ts';
import { fileOf, lineIndexOf } from '../source/line-index.ts';
import type { OptionValues } from './options.ts';
import { buildModel, type ModelInformation } from './model/build.ts';
import type { LintModel } from './model/model.ts';
import type { Finding, LintRule } from './rule.ts';

/** A rule in force and the severity it has here; undefined: the finding's own or the rule's. */
export interface ActiveRule {
  readonly rule: LintRule;
  readonly severity: Severity | undefined;
  /** A value for each option of the rule. */
  readonly options: OptionValues;
}

export interface LintRequest {
  readonly load: LoadRequest;
  /** `auto`: a whole server's configuration when it loads modules, else a fragment. */
  readonly kind: LintModel['kind'] | 'auto';
  readonly rules: readonly ActiveRule[];
  readonly information: Omit<ModelInformation, 'kind'>;
}

/** What linting one root gave; plain data, but for the model. */
export interface LintOutcome {
  readonly sources: SourceSet;
  /** Parse and bind diagnostics and the rules' findings, in file order, each once. */
  readonly diagnostics: readonly Diagnostic[];
  readonly model: LintModel;
  /** Something could not be read: the verdict is not complete. */
  readonly isIncomplete: boolean;
}

/** Lints one configuration with all that it includes. Opens no socket. */
export function lint(request: LintRequest): LintOutcome {
  const { loaded, bound } =
    request.kind === 'htaccess' ? readHtaccess(request.load) : readConfig(request.load);
  const kind = request.kind !== 'auto' ? request.kind : loaded.hasLoadModule ? 'root' : 'fragment';
  const model = buildModel(loaded, bound, { ...request.information, kind });
  const found: Diagnostic[] = [];
  const replaced = new Set<string>();
  for (const { rule, severity, options } of request.rules) {
    const report = (finding: Finding): void => {
      found.push({ ...finding, code: rule.name, severity: severity ?? finding.severity ?? rule.severity });
      for (const code of rule.replaces ?? [])
        replaced.add(`${code} ${lineOf(loaded.sources, finding.span.file, finding.span.start)}`);
    };
    rule.check(model, report, options);
  }
  const kept = bound.diagnostics.filter(
    ({ code, span }) => !replaced.has(`${code} ${lineOf(loaded.sources, span.file, span.start)}`),
  );
  return {
    sources: loaded.sources,
    diagnostics: unique([...kept, ...found]).sort(
      (a, b) => a.span.file - b.span.file || a.span.start - b.span.start,
    ),
    model,
    isIncomplete: loaded.isIncomplete,
  };
}

function readConfig(request: LoadRequest): { loaded: LoadResult; bound: BoundConfig } {
  const loaded = load(request);
  return { loaded, bound: bindConfig(loaded, { mayTouchDisk: false }) };
}

/** An `.htaccess` alone: every override is taken as granted, since who includes it is not known. */
function readHtaccess(request: LoadRequest): { loaded: LoadResult; bound: BoundConfig } {
  const running = load({ ...request, text: '' });
  const { rootPath: path, text = '', before: _before, after: _after, ...surroundings } = request;
  const read = loadHtaccess({ ...surroundings, path, text, running });
  const loaded: LoadResult = { ...running, ...read };
  const overrides = {
    classes: ALL_OVERRIDES,
    options: undefined,
    list: undefined,
    nonfatalOverride: false,
    nonfatalUnknown: false,
  };
  const span = { file: read.sources.files.length - 1, start: 0, end: 0 };
  const directory = request.rootPath.slice(0, request.rootPath.lastIndexOf('/') + 1);
  const { scope, diagnostics, uses } = bindHtaccess(read.tree, span, directory, overrides, running);
  return {
    loaded,
    bound: {
      main: { addresses: [], root: scope, span: undefined },
      vhosts: [],
      diagnostics: [...read.diagnostics, ...diagnostics],
      uses,
      sources: read.sources,
      serverRoot: running.serverRoot,
      modules: [],
    },
  };
}

function lineOf(sources: SourceSet, file: number, offset: number): string {
  return `${file}:${lineIndexOf(fileOf(sources, file)).lineAt(offset)}`;
}

/** A file that is included twice says everything twice. */
function unique(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, message, span }) => {
    const key = `${code} ${span.file} ${span.start} ${message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
