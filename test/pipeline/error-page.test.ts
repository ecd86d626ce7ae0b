import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { addAllowedMethods } from '../../src/pipeline/allowed-methods.ts';
import { sendErrorResponse, type PageContext } from '../../src/pipeline/error-page.ts';
import type { RequestRecord } from '../../src/pipeline/request.ts';
import { testRequest, type Recorded } from './test-request.ts';

interface Recording {
  readonly location: string;
  readonly pages: readonly { readonly status: number; readonly title: string; readonly content: string }[];
}

const recording = JSON.parse(readFileSync(new URL('error-pages.json', import.meta.url), 'utf8')) as Recording;

const PAGE: PageContext = {
  adminAddress: undefined,
  signature: 'off',
  serverVersion: 'Apache',
  serverName: 'gw.test',
  serverPort: 80,
  mayTrace: true,
};

function send(req: RequestRecord, page: Partial<PageContext> = {}, recursive = 0, text?: string): string {
  sendErrorResponse(req, recursive, text, { ...PAGE, ...page });
  expect(req.output.isClosed).toBe(true);
  return (req.output as Recorded).text;
}

describe('built-in pages', () => {
  test.each(recording.pages)('$status is apache2’s', ({ status, title, content }) => {
    const req = testRequest();
    req.status = status;
    if (status < 400) req.headersOut.set('Location', recording.location);
    const body = send(req);
    expect(body).toBe(
      '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n' +
        `<html><head>\n<title>${title}</title>\n</head><body>\n${content}</body></html>\n`,
    );
    expect(req.contentType).toBe('text/html; charset=iso-8859-1');
    expect(req.headersOut.get('Content-Length')).toBe(String(body.length));
  });

  test('names what the client sent only escaped', () => {
    const req = testRequest({ Expect: '<script>' }, 'A<b>"&');
    req.status = 405;
    expect(send(req)).toContain('method A&lt;b&gt;&quot;&amp; is');
    const other = testRequest({ Expect: '<script>' });
    other.status = 417;
    expect(send(other)).toContain('Expect: &lt;script&gt;');
    const moved = testRequest();
    moved.status = 302;
    moved.headersOut.set('Location', 'http://h/"><b>');
    expect(send(moved)).toContain('href="http://h/&quot;&gt;&lt;b&gt;"');
  });

  test('adds notes, the second error and the signature', () => {
    const req = testRequest();
    req.status = 403;
    req.notes.set('error-notes', ' Because.');
    expect(send(req, { signature: 'on', serverPort: 8080 }, 500)).toMatch(
      /this resource\. Because\.<\/p>\n<p>Additionally, a 500 Internal Server Error\nerror was encountered while trying to use an ErrorDocument to handle the request\.<\/p>\n<hr>\n<address>Apache Server at gw\.test Port 8080<\/address>\n<\/body>/,
    );
    const mail = testRequest();
    mail.status = 404;
    expect(send(mail, { signature: 'email', adminAddress: 'a@b.c' })).toContain(
      '<address>Apache Server at <a href="mailto:a@b.c">gw.test</a> Port 80</address>',
    );
  });

  test('shows a status text of a module', () => {
    const req = testRequest();
    req.status = 404;
    req.statusLine = '404 Nope';
    expect(send(req)).toContain('<title>404 Nope</title>\n</head><body>\n<h1>Nope</h1>');
  });
});

describe('headers of an error', () => {
  test('those of the failed response go, those for any outcome and the Location of a redirect stay', () => {
    const req = testRequest();
    req.status = 302;
    req.headersOut.set('X-Own', '1');
    req.headersOut.set('Location', 'http://h/');
    req.errHeadersOut.set('X-Always', '2');
    req.contentEncoding = ['gzip'];
    send(req);
    expect([...req.headersOut].map(([name]) => name)).toEqual(['X-Always', 'Location', 'Content-Length']);
    expect(req.contentEncoding).toEqual([]);
  });

  test('405 and 501 say what is allowed', () => {
    for (const status of [405, 501]) {
      const req = testRequest({}, 'PUT');
      req.status = status;
      addAllowedMethods(req, 'GET', 'POST', 'OPTIONS');
      send(req, { mayTrace: status === 405 });
      expect(req.headersOut.get('Allow')).toBe(
        status === 405 ? 'HEAD,GET,POST,OPTIONS,TRACE' : 'HEAD,GET,POST,OPTIONS',
      );
    }
  });

  test('HEAD, 204 and 304 have no page', () => {
    const head = testRequest({}, 'HEAD');
    head.status = 404;
    expect(send(head)).toBe('');
    expect(head.headersOut.has('Content-Length')).toBe(false);
    const unmodified = testRequest();
    unmodified.status = 304;
    unmodified.headersOut.set('ETag', '"x"');
    expect(send(unmodified)).toBe('');
    expect(unmodified.headersOut.get('ETag')).toBe('"x"');
  });

  test('the text of an ErrorDocument takes the place of the page', () => {
    const req = testRequest();
    req.status = 404;
    expect(send(req, {}, 0, 'gone fishing')).toBe('gone fishing');
  });
});
