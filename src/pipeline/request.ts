import type { Stats } from 'node:fs';
import type { ConnectionInfo, RequestBody, ResponseSink } from './exchange.ts';
import type { DirConfig } from './dir-config.ts';
import type { ServerRecord } from './server.ts';
import { Table } from './table.ts';

/** What the front read: the parts of a request head, all latin1. */
export interface RequestHead {
  /** The request line as received. */
  readonly theRequest: string;
  readonly method: string;
  /** The request target as received: `/path?query`, `http://host/path`, `*`. */
  readonly unparsedUri: string;
  /** `HTTP/1.1`. */
  readonly protocol: string;
  /** 1000 x major + minor: 1001 for HTTP/1.1, 9 for 0.9. */
  readonly protocolNumber: number;
  readonly headersIn: Table;
  /** Authority of an absolute-form target, else the Host header; lower case, without port; undefined: none. */
  readonly hostname: string | undefined;
  /** Port given in the authority or the Host header. */
  readonly hostPort: number | undefined;
}

/** What a record has of the one that it was made for. */
export interface RequestTies {
  readonly main?: RequestRecord;
  readonly prev?: RequestRecord;
  readonly subprocessEnv?: Table;
}

const NO_TIES: RequestTies = {};
const NONE: readonly string[] = [];

/**
 * One request on its way through the phases, under the names of httpd's `request_rec`. Internal redirects and
 * subrequests are records of their own, tied by `prev` and `main`.
 *
 * @source httpd include/httpd.h `struct request_rec`
 */
export class RequestRecord {
  readonly connection: ConnectionInfo;
  server: ServerRecord;
  /** For subrequests: the request that asked. */
  readonly main: RequestRecord | undefined;
  /** For internal redirects: the request before. */
  readonly prev: RequestRecord | undefined;
  theRequest: string;
  method: string;
  unparsedUri: string;
  protocol: string;
  protocolNumber: number;
  hostname: string | undefined;
  hostPort: number | undefined;
  /** Milliseconds of the wall clock when the request line was read. */
  requestTimeMs = 0;

  /** Path of the URI that was parsed for this record; an index file found for it changes `uri` alone. */
  parsedPath = '';
  /** Decoded, normalised path. */
  uri = '';
  /** Query without `?`; undefined: no `?` was there. */
  args: string | undefined;

  readonly headersIn: Table;
  readonly headersOut = new Table();
  /** Headers that survive an error page and an internal redirect. */
  readonly errHeadersOut: Table;
  readonly subprocessEnv: Table;
  readonly notes = new Table();

  /** Mapped file, `proxy:` URL, or undefined before translation. */
  filename: string | undefined;
  pathInfo = '';
  /** What `filename` is on disk; undefined: nothing, or not looked at. */
  finfo: Stats | undefined;
  /** `FollowSymLinks` was on where the directory walk came to the file. */
  mayFollowLinks = true;
  /** 0 none, 2 reverse proxy (ProxyPass, `[P]`, SetHandler when its handler runs). */
  proxyReq: 0 | 2 = 0;
  /** CONTEXT_PREFIX and CONTEXT_DOCUMENT_ROOT as an Alias set them. */
  contextPrefix: string | undefined;
  contextDocumentRoot: string | undefined;
  /** DOCUMENT_ROOT of this request alone, as mod_vhost_alias sets it; undefined: the server's. */
  documentRoot: string | undefined;

  handler: string | undefined;
  contentType: string | undefined;
  /** Type of the request that an Action answers: shown when the script has none of its own, but it chooses no handler. */
  inheritedType: string | undefined;
  contentEncoding: readonly string[] = NONE;
  contentLanguages: readonly string[] = NONE;
  user: string | undefined;
  authType: string | undefined;
  /** Address that access rules and REMOTE_ADDR see; mod_remoteip may change it. */
  clientAddress: string;
  clientPort: number;

  status = 200;
  /** Full status text (`404 Nope`) when it is not the standard one. */
  statusLine: string | undefined;
  /** The response is known to have no body for the client (HEAD). */
  headerOnly: boolean;
  /** HTTP/0.9: no head at all. */
  assbackwards = false;
  /** Body bytes handed to the client, for the access log; the front counts them. */
  bytesSent = 0;
  /** Bytes of the request as they came, head and framing included; the front counts them. */
  wireBytesIn = 0;
  /** Bytes of the response as they left, head and framing included; the front counts them. */
  wireBytesOut = 0;
  /** What became of the connection after the response, for the access log; the front says. */
  connectionFate: 'kept' | 'closed' | 'aborted' = 'closed';
  /** `ap_is_initial_req`: neither subrequest nor internal redirect. */
  get isInitial(): boolean {
    return this.main === undefined && this.prev === undefined;
  }

  dirConfig: DirConfig;
  /** Whether trailing path information is welcome: `AcceptPathInfo`, or what a module decided. */
  usedPathInfo: 'default' | 'on' | 'off' = 'default';
  /** For a request that was answered by an internal redirect: the record that answered; the front sends its head. */
  next: RequestRecord | undefined;
  /** An error after which the connection is closed, whatever answers it. */
  dropsConnection = false;
  /** The answer is this record's own, whatever internal redirects were tried before: the front sends its head. */
  answersItself = false;
  /** Scratch data of modules. A list, as a request seldom has more than one: a `Map` costs more than the rest of it. */
  #moduleNotes: ModuleNote | undefined;

  body: RequestBody;
  output: ResponseSink;

  constructor(
    head: RequestHead,
    connection: ConnectionInfo,
    server: ServerRecord,
    body: RequestBody,
    output: ResponseSink,
    ties: RequestTies = NO_TIES,
  ) {
    this.connection = connection;
    this.server = server;
    this.main = ties.main;
    this.prev = ties.prev;
    if (ties.prev) ties.prev.next = this;
    this.theRequest = head.theRequest;
    this.method = head.method;
    this.unparsedUri = head.unparsedUri;
    this.protocol = head.protocol;
    this.protocolNumber = head.protocolNumber;
    this.hostname = head.hostname;
    this.hostPort = head.hostPort;
    this.headersIn = head.headersIn;
    this.assbackwards = head.protocolNumber < 1000;
    this.headerOnly = head.method === 'HEAD' && !this.assbackwards;
    // Internal redirects go on with the same headers for any outcome.
    this.errHeadersOut = ties.prev?.errHeadersOut ?? new Table();
    this.subprocessEnv = ties.subprocessEnv ?? new Table();
    this.clientAddress = connection.remoteAddress;
    this.clientPort = connection.remotePort;
    this.dirConfig = server.dirDefaults;
    this.body = body;
    this.output = output;
  }

  /** Scratch data that a module keeps with the request. */
  moduleNote<T>(module: string): T | undefined {
    return this.#findNote(module)?.value as T | undefined;
  }

  setModuleNote(module: string, value: unknown): void {
    const known = this.#findNote(module);
    if (known) known.value = value;
    else this.#moduleNotes = { module, value, next: this.#moduleNotes };
  }

  #findNote(module: string): ModuleNote | undefined {
    let note = this.#moduleNotes;
    while (note && note.module !== module) note = note.next;
    return note;
  }
}

interface ModuleNote {
  readonly module: string;
  value: unknown;
  readonly next: ModuleNote | undefined;
}
