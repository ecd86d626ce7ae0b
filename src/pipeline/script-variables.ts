import { decodePairs, encodePair } from '../fastcgi/params.ts';
import type { DeferredEntries, Table } from './table.ts';

/** Names that `cgi-vars.ts` may give besides `HTTP_*`, in lower case. */
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

/** Names that stay as the configuration set them. */
const DEFAULTS: ReadonlySet<string> = new Set(['PATH', 'LD_LIBRARY_PATH']);

function isScriptName(lower: string): boolean {
  return lower.startsWith('http_') || SCRIPT_NAMES.has(lower);
}

/** A request's environment while its script's variables are added. */
export class ScriptEnvironment {
  readonly #env: Table;
  /** The environment as parameters; undefined: some of the names are there already, and have to be looked for. */
  #text: string | undefined;

  constructor(env: Table) {
    this.#env = env;
    const hasTwins = env.hasTwins();
    // A subrequest that took the place of its main request leaves every variable twice.
    if (hasTwins) env.compress();
    if (!hasTwins && !env.hasSuch(isScriptName)) this.#text = encodeTable(env);
  }

  /**
   * Adds encoded variables, whose names differ from each other. A name that is there keeps its place and spelling, and
   * gets the new value.
   */
  add(text: string): void {
    if (this.#text === undefined) {
      mergeInto(this.#env, text);
      return;
    }
    this.#text += text;
    this.#env.defer(new EncodedVariables(text));
  }

  /** All of it as parameters. */
  encode(): string {
    return this.#text ?? encodeTable(this.#env);
  }
}

/** Variables that are put into the environment only if somebody asks for one. */
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

function mergeInto(env: Table, text: string): void {
  for (const [name, value] of decodePairs(text)) {
    if (!DEFAULTS.has(name) || !env.has(name)) env.set(name, value);
  }
}

/** All entries as parameters, in order. */
export function encodeTable(table: Table): string {
  let text = '';
  for (let i = 0; i < table.size; i++) text += encodePair(table.nameAt(i), table.valueAt(i));
  return text;
}
