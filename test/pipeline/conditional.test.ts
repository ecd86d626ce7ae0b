import { describe, expect, test } from 'vitest';
import { allowsRange, meetsConditions } from '../../src/pipeline/conditional.ts';
import { testRequest } from './test-request.ts';

const ETAG = '"b-59b08c1fa4000"';
const MODIFIED = 'Wed, 01 Jan 2020 00:00:00 GMT';
const BEFORE = 'Tue, 31 Dec 2019 00:00:00 GMT';
const AFTER = 'Thu, 02 Jan 2020 00:00:00 GMT';

function verdict(fields: Record<string, string>, method = 'GET', etag: string | undefined = ETAG): number {
  const req = testRequest(fields, method);
  if (etag !== undefined) req.headersOut.set('ETag', etag);
  req.headersOut.set('Last-Modified', MODIFIED);
  return meetsConditions(req);
}

describe('conditions, as apache2 answered them', () => {
  test.each([
    [{ 'If-None-Match': ETAG }, 304],
    [{ 'If-None-Match': `W/${ETAG}` }, 304],
    [{ 'If-None-Match': '*' }, 304],
    [{ 'If-None-Match': `"x", ${ETAG}` }, 304],
    [{ 'If-None-Match': '"a,b"' }, 0],
    [{ 'If-None-Match': '"x"' }, 0],
    [{ 'If-None-Match': ETAG, 'If-Modified-Since': BEFORE }, 0],
    [{ 'If-None-Match': '"x"', 'If-Modified-Since': MODIFIED }, 0],
    [{ 'If-None-Match': `W/${ETAG}`, Range: 'bytes=1-2' }, 0],
    [{ 'If-Modified-Since': MODIFIED }, 304],
    [{ 'If-Modified-Since': AFTER }, 304],
    [{ 'If-Modified-Since': BEFORE }, 0],
    [{ 'If-Modified-Since': 'junk' }, 0],
    [{ 'If-Modified-Since': 'Sun, 22 Nov 2037 21:46:00 GMT' }, 0],
    [{ 'If-Modified-Since': `${MODIFIED}; length=11` }, 304],
    [{ 'If-Modified-Since': 'Wednesday, 01-Jan-20 00:00:00 GMT' }, 304],
    [{ 'If-Modified-Since': 'Wed Jan  1 00:00:00 2020' }, 304],
    [{ 'If-Unmodified-Since': BEFORE }, 412],
    [{ 'If-Unmodified-Since': MODIFIED }, 0],
    [{ 'If-Unmodified-Since': 'junk' }, 0],
    [{ 'If-Match': ETAG }, 0],
    [{ 'If-Match': '*' }, 0],
    [{ 'If-Match': '"x"' }, 412],
    [{ 'If-Match': `W/${ETAG}` }, 412],
    [{ 'If-Match': '"x"', 'If-None-Match': ETAG }, 412],
    [{ 'If-Match': ETAG, 'If-None-Match': ETAG }, 304],
    [{ 'If-Unmodified-Since': MODIFIED, 'If-Modified-Since': MODIFIED }, 0],
    [{ 'If-Unmodified-Since': 'junk', 'If-None-Match': ETAG }, 0],
    [{ 'If-Modified-Since': MODIFIED, Range: 'bytes=1-2' }, 304],
    [{ 'If-Modified-Since': MODIFIED, 'If-Range': 'x' }, 304],
    [{ 'If-Modified-Since': MODIFIED, 'If-Range': 'x', Range: 'bytes=1-2' }, 0],
  ])('%j gives %i', (fields, expected) => {
    expect(verdict(fields as unknown as Record<string, string>)).toBe(expected);
  });

  test.each([
    [{ 'If-Modified-Since': 'now' }, 304],
    [{ 'If-Modified-Since': 'now', Range: 'bytes=1-2' }, 0],
    [{ 'If-Unmodified-Since': BEFORE }, 412],
    [{ 'If-Unmodified-Since': BEFORE, Range: 'bytes=1-2' }, 0],
  ])('without Last-Modified, as scripts answer, %j gives %i', (fields, expected) => {
    const now = Math.floor(Date.now() / 1000) * 1000 + 2000;
    const entries = Object.entries(fields as unknown as Record<string, string>);
    const req = testRequest(
      Object.fromEntries(
        entries.map(([name, value]) => [name, value === 'now' ? new Date(now).toUTCString() : value]),
      ),
    );
    Object.assign(req, { requestTimeMs: now });
    expect(meetsConditions(req)).toBe(expected);
  });

  test('other methods fail instead of being told that nothing changed', () => {
    expect(verdict({ 'If-None-Match': ETAG }, 'POST')).toBe(412);
    expect(verdict({ 'If-Modified-Since': MODIFIED }, 'POST')).toBe(0);
  });

  test('a response that is no success has no conditions', () => {
    const req = testRequest({ 'If-None-Match': '*' });
    req.status = 404;
    expect(meetsConditions(req)).toBe(0);
  });
});

describe('If-Range', () => {
  test.each([
    [ETAG, true],
    ['"x"', false],
    [`W/${ETAG}`, false],
    [MODIFIED, true],
    [BEFORE, false],
    [AFTER, false],
  ])('%s', (value, expected) => {
    const req = testRequest({ 'If-Range': value });
    req.headersOut.set('ETag', ETAG);
    req.headersOut.set('Last-Modified', MODIFIED);
    expect(allowsRange(req)).toBe(expected);
  });

  test('a date proves nothing within a minute of the change', () => {
    const req = testRequest({ 'If-Range': MODIFIED });
    req.headersOut.set('Last-Modified', MODIFIED);
    req.requestTimeMs = Date.UTC(2020, 0, 1, 0, 0, 30);
    expect(allowsRange(req)).toBe(false);
  });
});
