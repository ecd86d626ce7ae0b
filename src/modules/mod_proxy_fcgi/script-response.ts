import type { BackendError } from '../../fastcgi/errors.ts';
import type { Exchange, ExchangeListener } from '../../fastcgi/exchange.ts';
import { isHeaderOnlyStatus } from '../../pipeline/error-page.ts';
import { logRequest } from '../../pipeline/log.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { DONE, OK, type HookResult } from '../../pipeline/status.ts';
import { schedule, type Timer } from '../../pipeline/timers.ts';
import { tellProxyError } from '../mod_proxy/proxy-error.ts';
import { applyHead, applyMalformedHead, type AppliedHead } from './apply-head.ts';
import { logBackendError, portText } from './failure-log.ts';
import { parseScriptHead, ScriptHead } from './script-head.ts';

/** Most STDERR bytes of one request that the log gets. */
const MAX_LOGGED_STDERR = 65_536;
/** Longest piece of STDERR in one log line. */
const STDERR_LINE = 8192;

export interface FlushSettings {
  readonly flushPackets: 'off' | 'on' | 'auto';
  readonly flushWaitMs: number;
}

/** Who waits for the end of an exchange. */
export interface ScriptListener {
  /**
   * Called once, when the answer is complete or has failed.
   *
   * @param result for the pipeline
   * @param status that the script or the gateway answered with
   * @param error  why the exchange failed before anything was sent to the client
   */
  over(result: HookResult, status: number, error: BackendError | undefined): void;
}

/**
 * Turns an application's output into the response of a request: header block first, then the body as it comes.
 * Nothing leaves for the client before the first byte of the body, or its end.
 *
 * @source httpd modules/proxy/mod_proxy_fcgi.c `dispatch`
 */
export class ScriptResponse implements ExchangeListener {
  readonly #req: RequestRecord;
  readonly #settings: FlushSettings;
  readonly #overrides: (status: number) => boolean;
  readonly #listener: ScriptListener;
  #exchange: Exchange | undefined;
  #head: ScriptHead | undefined = new ScriptHead();
  #state: 'head' | 'body' | 'dropped' | 'over' = 'head';
  /** Status of a script whose answer gives way to a page of ours. */
  #overridden = 0;
  #announcedBytes = -1;
  #hasWritten = false;
  #stderrBytes = 0;
  #hasBogusRecord = false;
  #flushTimer: Timer | undefined;

  /** @param overrides whether a page of ours takes the place of a script's answer with this status */
  constructor(
    req: RequestRecord,
    settings: FlushSettings,
    overrides: (status: number) => boolean,
    listener: ScriptListener,
  ) {
    this.#req = req;
    this.#settings = settings;
    this.#overrides = overrides;
    this.#listener = listener;
  }

  /** To be called with what `run` gave. */
  follow(exchange: Exchange): void {
    this.#exchange = exchange;
    const { output } = this.#req;
    output.onDrain = () => exchange.resume();
    output.onGone = () => this.#giveUp();
    if (output.isClosed) this.#giveUp();
  }

  stdout(piece: Buffer | string): void {
    if (this.#state === 'body') this.#write(piece);
    else if (this.#state === 'head') this.#readHead(piece);
  }

  stderr(text: string): void {
    const room = MAX_LOGGED_STDERR - this.#stderrBytes;
    this.#stderrBytes += text.length;
    const logged = text.slice(0, Math.max(0, room));
    for (let at = 0; at < logged.length; at += STDERR_LINE) {
      const line = logged.slice(at, at + STDERR_LINE);
      logRequest(this.#req, 'error', 'proxy_fcgi', 'AH01071', `Got error '${line}'`);
    }
  }

  stdoutEnd(): void {
    const { output } = this.#req;
    switch (this.#state) {
      case 'head':
        this.#logScriptFault('End of script output before headers');
        this.#finish(502, 502);
        return;
      case 'dropped':
        this.#finish(this.#overridden, this.#overridden);
        return;
      case 'body':
        if (this.#announcedBytes > 0) output.abort();
        else output.end();
        this.#finish(OK, this.#req.status);
        return;
      case 'over':
        return;
    }
  }

  unknownRecord(type: number): void {
    // An application may send a great many; one tells.
    if (this.#hasBogusRecord) return;
    this.#hasBogusRecord = true;
    logRequest(this.#req, 'error', 'proxy_fcgi', 'AH01072', `Got bogus record ${type}`);
  }

  end(): void {
    this.#logDroppedStderr();
    this.stdoutEnd();
  }

  fail(error: BackendError): void {
    this.#logDroppedStderr();
    const req = this.#req;
    logBackendError(req, error);
    if (this.#state === 'over') return;
    if (this.#state === 'dropped') {
      this.#finish(this.#overridden, this.#overridden);
      return;
    }
    if (this.#hasWritten) {
      req.output.abort();
      this.#finish(DONE, req.status);
      return;
    }
    if (this.#state === 'body') resetResponse(req);
    if (error.code === 'HGW_BACKEND_NAME') tellProxyError(req, error.status, error.log.message);
    this.#finish(error.status, error.status, error);
  }

  #readHead(piece: Buffer | string): void {
    const head = this.#head!;
    const bodyStart = head.push(piece);
    if (bodyStart < 0) {
      if (head.isTooLong) this.#refuse(502, 'the header block is too long');
      return;
    }
    this.#head = undefined;
    const parsed = parseScriptHead(head.text);
    if ('kind' in parsed) {
      this.#go(applyMalformedHead(this.#req, parsed));
      return;
    }
    this.#go(applyHead(this.#req, parsed.fields));
    if (parsed.rest !== '' && this.#state === 'body') this.#write(parsed.rest);
    if (bodyStart < piece.length && this.#state === 'body') this.#write(partOf(piece, bodyStart));
  }

  #go(applied: AppliedHead): void {
    const req = this.#req;
    switch (applied.kind) {
      case 'refuse':
        this.#refuse(applied.status, undefined);
        return;
      case 'malformed':
        this.#exchange?.abort();
        req.headersOut.set('Content-Length', '0');
        req.output.end();
        this.#finish(OK, 500);
        return;
      case 'respondWithoutBody':
        if (req.status === 412) req.headersOut.set('Content-Length', '0');
        req.output.end();
        this.#finish(OK, req.status);
        return;
      case 'respond':
        if (req.isInitial && this.#overrides(req.status)) {
          this.#overridden = req.status;
          this.#state = 'dropped';
          req.status = 200;
          return;
        }
        if (isHeaderOnlyStatus(req.status)) {
          req.output.end();
          this.#finish(OK, req.status);
          return;
        }
        this.#announcedBytes = req.headerOnly ? -1 : announcedLength(req);
        this.#state = 'body';
    }
  }

  #write(piece: Buffer | string): void {
    const { output } = this.#req;
    const written = this.#announcedBytes < 0 ? piece : partOf(piece, 0, this.#announcedBytes);
    if (this.#announcedBytes >= 0) this.#announcedBytes -= written.length;
    if (written.length === 0) return;
    this.#hasWritten = true;
    const mayGoOn = output.write(written);
    if (!mayGoOn) this.#exchange?.pause();
    if (this.#settings.flushPackets === 'on') output.flush();
    else if (this.#settings.flushPackets === 'auto') this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#flushTimer) {
      this.#flushTimer.refresh(this.#settings.flushWaitMs);
      return;
    }
    this.#flushTimer = schedule(this.#settings.flushWaitMs, () => {
      if (this.#state === 'body') this.#req.output.flush();
    });
  }

  /** Answers with a page of ours; the rest of the output is not wanted. */
  #refuse(status: 500 | 502, reason: string | undefined): void {
    this.#exchange?.abort();
    resetResponse(this.#req);
    if (reason !== undefined) this.#logScriptFault(reason);
    logRequest(
      this.#req,
      'error',
      'proxy_fcgi',
      'AH01075',
      `Error dispatching request to ${portText(this.#req)}: (passing brigade to output filters)`,
    );
    this.#finish(status, status);
  }

  #logScriptFault(reason: string): void {
    logRequest(this.#req, 'error', 'proxy_fcgi', '', `${reason}: ${this.#req.filename ?? ''}`);
  }

  /** The client is gone: nobody wants the answer. */
  #giveUp(): void {
    if (this.#state === 'over') return;
    this.#exchange?.abort();
    this.#finish(DONE, this.#req.status);
  }

  #logDroppedStderr(): void {
    const dropped = this.#stderrBytes - MAX_LOGGED_STDERR;
    if (dropped > 0)
      logRequest(
        this.#req,
        'error',
        'proxy_fcgi',
        'AH01071',
        `Got error: ${dropped} more bytes were dropped`,
      );
    this.#stderrBytes = 0;
  }

  #finish(result: HookResult, status: number, error?: BackendError): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#flushTimer?.cancel();
    const { output } = this.#req;
    output.onDrain = undefined;
    output.onGone = undefined;
    this.#exchange?.resume();
    this.#listener.over(result, status, error);
  }
}

function partOf(piece: Buffer | string, start: number, end?: number): Buffer | string {
  return typeof piece === 'string' ? piece.slice(start, end) : piece.subarray(start, end);
}

/** The body length that a trusted script announced, or -1. */
function announcedLength(req: RequestRecord): number {
  const text = req.headersOut.getLower('content-length');
  if (text === undefined) return -1;
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  req.headersOut.unset('Content-Length');
  return -1;
}

/** Takes back what a script's header block put into the record. */
function resetResponse(req: RequestRecord): void {
  req.status = 200;
  req.statusLine = undefined;
  req.contentType = undefined;
  req.headersOut.clear();
  req.errHeadersOut.clear();
}
