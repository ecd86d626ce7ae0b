import { ClientBody } from '../../src/http1/body.ts';
import type { ResponseSink } from '../../src/pipeline/exchange.ts';
import { RequestRecord } from '../../src/pipeline/request.ts';
import { Table } from '../../src/pipeline/table.ts';
import { testServer } from '../http1/front-harness.ts';

/** What was written to the response of a test request. */
export interface Recorded extends ResponseSink {
  text: string;
}

export function recordingSink(): Recorded {
  return {
    text: '',
    isHeadSent: false,
    isClosed: false,
    onDrain: undefined,
    onGone: undefined,
    write(chunk) {
      this.text += typeof chunk === 'string' ? chunk : chunk.toString('latin1');
      return true;
    },
    flush() {},
    end() {
      (this as { isClosed: boolean }).isClosed = true;
    },
    abort() {
      (this as { isClosed: boolean }).isClosed = true;
    },
  };
}

/** A GET of `/x` with these headers, whose response goes to a recording sink. */
export function testRequest(headers: Readonly<Record<string, string>> = {}, method = 'GET'): RequestRecord {
  const headersIn = new Table();
  for (const [name, value] of Object.entries(headers)) headersIn.add(name, value);
  const head = {
    theRequest: `${method} /x HTTP/1.1`,
    method,
    unparsedUri: '/x',
    protocol: 'HTTP/1.1',
    protocolNumber: 1001,
    headersIn,
    hostname: 'gw.test',
    hostPort: undefined,
  };
  const connection = {
    localAddress: '127.0.0.1',
    localPort: 80,
    remoteAddress: '127.0.0.1',
    remotePort: 40_000,
    isTls: false,
    keptAlive: 0,
    remoteHost: undefined,
    id: 1,
  };
  const source = { setReading() {}, sendContinue() {}, onBodyEnd() {} };
  const framing = { contentLength: undefined, isChunked: false };
  const body = new ClientBody(framing, { limitRequestFieldSize: 8190, limitRequestFields: 100 }, source);
  const req = new RequestRecord(head, connection, testServer([]), body, recordingSink());
  req.requestTimeMs = Date.UTC(2026, 0, 1);
  return req;
}
