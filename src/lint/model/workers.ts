import type { Word } from '../../syntax/tree.ts';
import { authorityOf, parseUrl } from './backend-url.ts';
import type {
  BackendUrl,
  LintModel,
  Mapping,
  ModelBalancer,
  ModelServer,
  ModelWorker,
  Parameter,
  PlacedDirective,
  PlacedSection,
  WorkerLine,
} from './model.ts';
import { groupBy } from './group-by.ts';
import { enclosing, type Placed } from './place.ts';

const LOCATIONS = ['location', 'locationmatch'];
const KEYWORDS: ReadonlySet<string> = new Set(['nocanon', 'interpolate', 'noquery']);

/** `key=value` words of a line; the others are keywords or mistakes. */
export function parametersOf(words: readonly Word[]): Parameter[] {
  return words.flatMap((word) => {
    const equals = word.text.indexOf('=');
    if (equals <= 0) return [];
    return [
      { key: word.text.slice(0, equals).toLowerCase(), value: word.text.slice(equals + 1), span: word.span },
    ];
  });
}

function balancerName(url: BackendUrl): string | undefined {
  return url.scheme === 'balancer' ? `balancer://${url.host}` : undefined;
}

/** ProxyPass and ProxyPassMatch lines as mappings. */
export function readMappings(placed: Placed): Mapping[] {
  return placed.directives.flatMap((at) => {
    if (at.name !== 'ProxyPass' && at.name !== 'ProxyPassMatch') return [];
    const location = enclosing(at.sections, ...LOCATIONS);
    let words = at.node.args;
    const isTilde = words[0]?.text === '~';
    if (isTilde) words = words.slice(1);
    const path = location ? location.args[location.args[0]?.text === '~' ? 1 : 0] : words[0];
    const targetWord = location ? words[0] : words[1];
    const rest = words.slice(location ? 1 : 2);
    const isExclusion = targetWord?.text === '!';
    const isMatch = at.name === 'ProxyPassMatch' || isTilde;
    const url = targetWord && !isExclusion ? parseUrl(targetWord.text) : undefined;
    const target: WorkerLine | undefined =
      url && targetWord
        ? {
            by: isMatch ? 'ProxyPassMatch' : 'ProxyPass',
            url,
            urlWord: targetWord,
            parameters: parametersOf(rest),
            at,
            balancer: balancerName(url),
          }
        : undefined;
    const keywords = new Set(
      rest.map((word) => word.text.toLowerCase()).filter((word) => KEYWORDS.has(word)),
    );
    return [{ at, isMatch, path, isExclusion, target, location, keywords }];
  });
}

/** All lines that name a worker or a balancer, in walk order. */
export function readWorkerLines(placed: Placed, mappings: readonly Mapping[]): WorkerLine[] {
  const lines = [
    ...mappings.flatMap((mapping) => mapping.target ?? []),
    ...placed.directives.flatMap((at) => lineOfDirective(at) ?? []),
    ...placed.sections.flatMap((at) => lineOfSection(at) ?? []),
  ];
  return lines.sort((a, b) => a.at.order - b.at.order);
}

function lineOfDirective(at: PlacedDirective): WorkerLine | undefined {
  const proxy = enclosing(at.sections, 'proxy');
  const proxyUrl = proxy?.args[0];
  const words = at.node.args;
  if (at.name === 'BalancerMember') {
    const isNamed = /^balancer:/i.test(words[0]?.text ?? '');
    const urlWord = isNamed ? words[1] : words[0];
    const name = isNamed ? words[0] : proxyUrl;
    if (!urlWord || !name) return undefined;
    const rest = words.slice(isNamed ? 2 : 1);
    return {
      by: 'BalancerMember',
      url: parseUrl(urlWord.text),
      urlWord,
      parameters: parametersOf(rest),
      at,
      balancer: balancerName(parseUrl(name.text)),
    };
  }
  if (at.name !== 'ProxySet') return undefined;
  const hasUrl = words[0] !== undefined && !words[0].text.includes('=');
  const urlWord = hasUrl ? words[0] : proxyUrl;
  if (!urlWord) return undefined;
  const url = parseUrl(urlWord.text);
  return {
    by: 'ProxySet',
    url,
    urlWord,
    parameters: parametersOf(words.slice(hasUrl ? 1 : 0)),
    at,
    balancer: balancerName(url),
  };
}

function lineOfSection(at: PlacedSection): WorkerLine | undefined {
  if (at.name !== 'proxy') return undefined;
  const [urlWord, ...rest] = at.node.args;
  if (!urlWord || !/:\/\/|^unix:|^balancer:/i.test(urlWord.text) || /[*?[]/.test(urlWord.text))
    return undefined;
  const url = parseUrl(urlWord.text);
  return { by: 'Proxy', url, urlWord, parameters: parametersOf(rest), at, balancer: balancerName(url) };
}

/** A `<Proxy url>` line makes or changes a worker only with parameters of its own. */
function isDefining(line: WorkerLine): boolean {
  return line.by !== 'Proxy' || line.parameters.length > 0;
}

class Worker implements ModelWorker {
  readonly name: string;
  readonly server: ModelServer;
  readonly url: BackendUrl;
  readonly lines: WorkerLine[];
  readonly balancer: string | undefined;
  #effective: ReadonlyMap<string, Parameter> | undefined;

  constructor(line: WorkerLine, balancer: string | undefined) {
    this.name = line.url.workerName;
    this.server = line.at.server;
    this.url = line.url;
    this.lines = [line];
    this.balancer = balancer;
  }

  parameter(key: string): Parameter | undefined {
    // Lines are only added while the model is built, and rules ask after that.
    this.#effective ??= effectiveParameters(this.lines);
    return this.#effective.get(key);
  }
}

/** The owner's value, unless a later `<Proxy>` or ProxySet overwrites it; other lines are ignored. */
function effectiveParameters(lines: readonly WorkerLine[]): ReadonlyMap<string, Parameter> {
  const counting = lines.filter(({ by }, i) => i === 0 || by === 'Proxy' || by === 'ProxySet');
  return new Map(counting.flatMap(({ parameters }) => parameters.map((one) => [one.key, one] as const)));
}

/** Workers by what their URL must share with another one, so that looking one up costs little among thousands. */
export class WorkerTable {
  readonly #lists = new Map<ModelServer, Map<string, ModelWorker[]>>();

  /** Workers of a server, and of a balancer's own list, with the scheme, host and port of a URL. */
  candidates(server: ModelServer, balancer: string | undefined, url: BackendUrl): readonly ModelWorker[] {
    return this.#lists.get(server)?.get(`${balancer ?? ''} ${authorityOf(url)}`) ?? [];
  }

  add(worker: ModelWorker): void {
    let lists = this.#lists.get(worker.server);
    if (!lists) this.#lists.set(worker.server, (lists = new Map<string, ModelWorker[]>()));
    const key = `${worker.balancer ?? ''} ${authorityOf(worker.url)}`;
    const list = lists.get(key);
    if (list) list.push(worker);
    else lists.set(key, [worker]);
  }
}

/** Workers as mod_proxy makes them: a URL that an earlier worker of the same list covers shares that worker. */
export function buildWorkers(lines: readonly WorkerLine[], table: WorkerTable): ModelWorker[] {
  const workers: Worker[] = [];
  for (const line of lines) {
    if (line.url.scheme === 'balancer' || !isDefining(line)) continue;
    const balancer = line.by === 'BalancerMember' ? line.balancer : undefined;
    const isNew = line.by !== 'ProxySet' && line.by !== 'Proxy';
    const candidates = table.candidates(line.at.server, balancer, line.url);
    const owner = isNew
      ? longestCovering(candidates, line.url)
      : (candidates.find((worker) => worker.name === line.url.workerName) ??
        longestCovering(candidates, line.url));
    if (owner) (owner as Worker).lines.push(line);
    else {
      const worker = new Worker(line, balancer);
      workers.push(worker);
      table.add(worker);
    }
  }
  return workers;
}

/** The worker whose name is the longest prefix of the URL, with scheme, host and port equal. */
export function longestCovering(workers: readonly ModelWorker[], url: BackendUrl): ModelWorker | undefined {
  let best: ModelWorker | undefined;
  for (const worker of workers) {
    if (
      !worker.url.isKnown ||
      authorityOf(worker.url) !== authorityOf(url) ||
      !url.workerName.startsWith(worker.name)
    )
      continue;
    if (!best || worker.name.length > best.name.length) best = worker;
  }
  return best;
}

/** Balancers by name and server, with their members. */
export function buildBalancers(
  lines: readonly WorkerLine[],
  workers: readonly ModelWorker[],
): ModelBalancer[] {
  const balancers = new Map<string, { name: string; server: ModelServer; lines: WorkerLine[] }>();
  const ids = new Map<ModelServer, number>();
  for (const line of lines) {
    if (line.balancer === undefined) continue;
    if (!ids.has(line.at.server)) ids.set(line.at.server, ids.size);
    const key = `${ids.get(line.at.server)} ${line.balancer}`;
    const known = balancers.get(key);
    if (known) known.lines.push(line);
    else balancers.set(key, { name: line.balancer, server: line.at.server, lines: [line] });
  }
  const membersOf = groupBy(workers, ({ balancer, server }) => `${ids.get(server)} ${balancer ?? ''}`);
  return [...balancers].map(([key, { name, server, lines: own }]) => {
    const settings = own.filter((line) => line.by !== 'BalancerMember').flatMap((line) => line.parameters);
    const effective = new Map(settings.map((parameter) => [parameter.key, parameter]));
    return {
      name,
      server,
      lines: own,
      members: membersOf.get(key) ?? [],
      parameter: (name) => effective.get(name),
    };
  });
}

const serving = new WeakMap<LintModel, ReadonlySet<ModelWorker> | 'any'>();

/** The block or ProxySet line that defines a stand-alone worker; undefined for members, mappings and unknown URLs. */
export function ownBlock({ balancer, lines, url }: ModelWorker): WorkerLine | undefined {
  const [line] = lines;
  if (balancer !== undefined || !url.isKnown) return undefined;
  return line?.by === 'Proxy' || line?.by === 'ProxySet' ? line : undefined;
}

/** Whether a mapping or a handler leads to a stand-alone worker; one that is not fully known may lead to any. */
export function isServing(model: LintModel, worker: ModelWorker): boolean {
  let served = serving.get(model);
  if (served === undefined) serving.set(model, (served = servingWorkers(model)));
  return served === 'any' || served.has(worker);
}

function servingWorkers(model: LintModel): ReadonlySet<ModelWorker> | 'any' {
  const served = new Set<ModelWorker>();
  const add = (url: BackendUrl, server: ModelServer): void => {
    const worker = model.workerFor(url, server);
    if (worker) served.add(worker);
  };
  for (const { url, at } of model.handlers) {
    if (!url) continue;
    if (!url.isKnown) return 'any';
    add(url, at.server);
  }
  for (const { target } of model.mappings) if (target) add(target.url, target.at.server);
  return served;
}
