import { findDirective } from '../../grammar/catalogue/index.ts';
import { readable } from '../diagnostics/place.ts';
import { positionOf } from '../source/line-index.ts';
import type { SourceSet, Span } from '../source/source.ts';
import type { ConfigNode } from '../syntax/tree.ts';
import { isUnserved } from './model/backend-url.ts';
import type { LintModel } from './model/model.ts';

/** How the gateway treats a directive: `refused` lines are errors, which no server starts with. */
export type Service = 'not served' | 'refused' | 'accepted' | 'served';

/** All uses of one directive in one file that are treated alike. Plain data. */
export interface CoverageRow {
  readonly path: string;
  readonly directive: string;
  readonly module: string;
  readonly service: Service;
  /** What will be different (not served) or why nothing will be (accepted); '' for what is served. */
  readonly note: string;
  readonly isSecurity: boolean;
  readonly lines: readonly number[];
}

/** What becomes of each directive of a configuration, by file. Lines that only steer reading (Include, Define) are none. */
export function coverageOf(model: LintModel, sources: SourceSet): CoverageRow[] {
  const keyOf = ({ file, start }: Span): string => `${file} ${start}`;
  const uses = new Map(model.uses.map((use) => [keyOf(use.span), use]));
  const refused = new Set(
    model.diagnostics.flatMap(({ severity, span }) => (severity === 'error' ? [keyOf(span)] : [])),
  );
  const unserved = unservedBackends(model);
  const hasUnknownModule = model.diagnostics.some(({ code }) => code === 'load/module-unknown');
  const rows = new Map<string, CoverageRow & { lines: number[] }>();
  for (const { node, kind } of [...model.directives, ...model.sections]) {
    const written = kind === 'section' ? `<${node.name.text}` : node.name.text;
    const entry = findDirective(written.toLowerCase())[0];
    const use = uses.get(keyOf(node.name.span));
    const isRefused =
      entry === undefined || refused.has(keyOf(node.name.span)) || refused.has(keyOf(node.span));
    const scheme = unserved.get(node);
    const isForeign = entry === undefined && hasUnknownModule;
    const service: Service =
      use?.service ??
      (isForeign || (scheme !== undefined && !isRefused) ? 'not served' : isRefused ? 'refused' : 'served');
    const { path, line } = positionOf(sources, node.name.span);
    const row = {
      path: readable(path),
      directive: entry === undefined ? readable(written) : entry.row.name,
      module: use?.module ?? entry?.module.module ?? '',
      service,
      note: use
        ? readable(use.note)
        : isForeign
          ? 'It is no directive of httpd; nothing of the module that it may belong to is served.'
          : scheme === undefined
            ? ''
            : `Requests for ${scheme}: backends are answered with 500.`,
      isSecurity: use?.isSecurity ?? false,
    };
    const key = JSON.stringify(row);
    const known = rows.get(key);
    if (known === undefined) rows.set(key, { ...row, lines: [line] });
    else if (known.lines.at(-1) !== line) known.lines.push(line);
  }
  return [...rows.values()].sort(byWeight);
}

/** Lines that lead to a backend of a protocol that the gateway does not speak, with the scheme. */
function unservedBackends(model: LintModel): ReadonlyMap<ConfigNode, string> {
  const lines = [
    ...model.workerLines,
    ...model.handlers.flatMap(({ by, url, at }) => (url && by !== 'Action' ? [{ url, at }] : [])),
  ];
  return new Map(lines.flatMap(({ url, at }) => (isUnserved(url) ? [[at.node, readable(url.scheme)]] : [])));
}

const ORDER: readonly Service[] = ['not served', 'refused', 'accepted', 'served'];

function byWeight(a: CoverageRow, b: CoverageRow): number {
  const [first, second] = [a, b].map((row) => (row.isSecurity ? -1 : ORDER.indexOf(row.service)));
  return first! - second! || (a.directive.toLowerCase() < b.directive.toLowerCase() ? -1 : 1);
}

/** Rows of several files as one for each directive and treatment. */
function inTotal(rows: readonly CoverageRow[]): (CoverageRow & { readonly count: number })[] {
  const totals = new Map<string, CoverageRow & { count: number }>();
  for (const row of rows) {
    const key = `${row.directive}\n${row.service}\n${row.note}\n${row.isSecurity}`;
    const known = totals.get(key);
    if (known === undefined) totals.set(key, { ...row, count: row.lines.length });
    else known.count += row.lines.length;
  }
  return [...totals.values()].sort(byWeight);
}

export interface CoverageSummary {
  readonly directives: Readonly<Record<Service, number>>;
  readonly security: number;
}

/** How many lines there are of each treatment. */
export function summaryOf(rows: readonly CoverageRow[]): CoverageSummary {
  const directives = { 'not served': 0, refused: 0, accepted: 0, served: 0 };
  let security = 0;
  for (const { service, lines, isSecurity } of rows) {
    directives[service] += lines.length;
    if (isSecurity && service === 'not served') security += lines.length;
  }
  return { directives, security };
}

export function renderCoverageJson(rows: readonly CoverageRow[]): string {
  const files = [...new Set(rows.map(({ path }) => path))].map((path) => {
    const own = rows.filter((row) => row.path === path);
    return { path, summary: summaryOf(own), directives: own.map(({ path: _, ...row }) => row) };
  });
  const total = inTotal(rows).map(({ path: _path, lines: _lines, ...row }) => row);
  return `${JSON.stringify({ summary: summaryOf(rows), directives: total, files }, null, 2)}\n`;
}

const MAX_LINES_SHOWN = 8;

/** The total, then each file; what is simply served is counted only. */
export function renderCoverageText(rows: readonly CoverageRow[]): string {
  const { directives, security } = summaryOf(rows);
  const text = [
    `served ${directives.served}, accepted ${directives.accepted}, not served ${directives['not served']} (${security} for security), refused ${directives.refused}`,
    '',
  ];
  for (const { directive, module, service, note, isSecurity, count } of inTotal(rows)) {
    if (service === 'served') continue;
    text.push(
      `${service}${isSecurity ? ' (security)' : ''}: ${directive} x ${count}${module && ` [${module}]`}`,
    );
    if (note !== '') text.push(`    ${note}`);
  }
  const served = [...new Set(rows.flatMap((row) => (row.service === 'served' ? [row.directive] : [])))];
  if (served.length > 0) text.push(`served: ${served.join(', ')}`);
  for (const path of new Set(rows.map((row) => row.path))) {
    const own = rows.filter((row) => row.path === path);
    const sum = summaryOf(own).directives;
    text.push(
      '',
      `${path}: served ${sum.served}, accepted ${sum.accepted}, not served ${sum['not served']}, refused ${sum.refused}`,
    );
    for (const { directive, service, isSecurity, lines } of own) {
      if (service === 'served') continue;
      const shown = lines.slice(0, MAX_LINES_SHOWN).join(', ');
      const more = lines.length > MAX_LINES_SHOWN ? ` and ${lines.length - MAX_LINES_SHOWN} more` : '';
      text.push(`  ${service}${isSecurity ? ' (security)' : ''}: ${directive}, line ${shown}${more}`);
    }
  }
  return `${text.join('\n')}\n`;
}
