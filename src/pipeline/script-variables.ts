import { decodePairs, encodePair, encodePairs } from '../fastcgi/params.ts';
import { ownText } from '../source/remembering.ts';
import type { DeferredEntries, Table } from './table.ts';

/** The variables of one request's script on their way into its environment. Names that are put differ from each other. */
export interface ScriptVariables {
  /** A name that is there keeps its place and spelling, and gets the new value. */
  set(name: string, value: string): void;
  setAll(fixed: FixedVariables): void;
  /** As `setAll`, but what is there stays as it is. */
  setDefaults(fixed: FixedVariables): void;
  /** Lets the environment show what was set so far. */
  publish(): void;
  /** The whole environment as parameters. */
  encode(): string;
}

/** Variables that are the same for many requests, encoded once. */
export class FixedVariables {
  readonly pairs: readonly (readonly [name: string, value: string])[];
  readonly text: string;

  constructor(pairs: readonly (readonly [name: string, value: string])[]) {
    this.text = ownText(encodePairs(pairs));
    this.pairs = [...decodePairs(this.text)];
  }
}

/** Names that `addCommonVars` and `addCgiVars` may set besides `HTTP_*`, in lower case. */
const SCRIPT_NAMES: ReadonlySet<string> = new Set([
  'content_type',
  'content_length',
  'path',
  'ld_library_path',
  'server_signature',
  'server_software',
  'server_name',
  'server_addr',
  'server_port',
  'remote_host',
  'remote_addr',
  'document_root',
  'request_scheme',
  'context_prefix',
  'context_document_root',
  'server_admin',
  'script_filename',
  'remote_port',
  'remote_user',
  'auth_type',
  'redirect_remote_user',
  'redirect_url',
  'redirect_query_string',
  'gateway_interface',
  'server_protocol',
  'request_method',
  'query_string',
  'request_uri',
  'script_name',
  'path_info',
  'path_translated',
]);

function isScriptName(lower: string): boolean {
  return lower.startsWith('http_') || SCRIPT_NAMES.has(lower);
}

/** Where a request's variables go: of most requests no name was set before, so that none has to be looked for. */
export function scriptVariables(env: Table): ScriptVariables {
  const isMerged = env.lowerNames.some(isScriptName) || hasDuplicates(env);
  return isMerged ? new MergedVariables(env) : new NewVariables(env);
}

/** Variables of which the environment has none: encoded as they come, and put there only if somebody asks. */
class NewVariables implements ScriptVariables {
  readonly #env: Table;
  #published: string;
  #text = '';

  constructor(env: Table) {
    this.#env = env;
    this.#published = encodeTable(env);
  }

  set(name: string, value: string): void {
    this.#text += encodePair(name, value);
  }

  setAll(fixed: FixedVariables): void {
    this.#text += fixed.text;
  }

  setDefaults(fixed: FixedVariables): void {
    this.#text += fixed.text;
  }

  publish(): void {
    if (this.#text === '') return;
    this.#env.defer(new EncodedVariables(this.#text));
    this.#published += this.#text;
    this.#text = '';
  }

  encode(): string {
    return this.#published + this.#text;
  }
}

class EncodedVariables implements DeferredEntries {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  mayHold(lower: string): boolean {
    return isScriptName(lower);
  }

  addTo(env: Table): void {
    for (const [name, value] of decodePairs(this.#text)) env.add(name, value);
  }
}

/** Variables some of which may be in the environment already. */
class MergedVariables implements ScriptVariables {
  readonly #env: Table;

  constructor(env: Table) {
    this.#env = env;
    // A subrequest that took the place of its main request leaves every variable twice.
    if (hasDuplicates(env)) env.compress();
  }

  set(name: string, value: string): void {
    this.#env.set(name, value);
  }

  setAll({ pairs }: FixedVariables): void {
    for (const [name, value] of pairs) this.#env.set(name, value);
  }

  setDefaults({ pairs }: FixedVariables): void {
    for (const [name, value] of pairs) if (!this.#env.has(name)) this.#env.add(name, value);
  }

  publish(): void {
    // The environment is where they were put.
  }

  encode(): string {
    return encodeTable(this.#env);
  }
}

function hasDuplicates({ lowerNames }: Table): boolean {
  return lowerNames.some((name, i) => lowerNames.indexOf(name) < i);
}

/** All entries as parameters, in order. */
export function encodeTable({ names, values }: Table): string {
  let text = '';
  for (let i = 0; i < names.length; i++) text += encodePair(names[i]!, values[i]!);
  return text;
}
