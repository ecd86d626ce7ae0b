import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendRaw, startFront, type TestFront } from './front-harness.ts';
import { discardBody } from '../../src/pipeline/discard-body.ts';
import type { RequestRecord } from '../../src/pipeline/request.ts';
import type { HookResult } from '../../src/pipeline/status.ts';

let gw: TestFront;

/** Answers with the body it got, or with the status of its fault. */
function echo(req: RequestRecord): Promise<HookResult> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    req.body.start(
      {
        data: (chunk) => parts.push(chunk),
        end: () => {
          req.output.write(`<${Buffer.concat(parts).toString('latin1')}>`);
          resolve(0);
        },
        fail: ({ status }) => {
          resolve(status);
        },
      },
      req.unparsedUri === '/limited' ? 10 : 0,
    );
  });
}

beforeAll(async () => {
  gw = await startFront((req) => (req.unparsedUri === '/denied' ? 403 : echo(req)));
});
afterAll(() => gw.close());

/** Sends a POST with a smuggled request behind it; gives the statuses, and checks that the second was never served. */
async function post(fields: string, payload: string, target = '/app'): Promise<string> {
  const from = gw.seen.length;
  const smuggled = 'GET /SMUGGLED HTTP/1.1\r\nHost: gw.test\r\n\r\n';
  const head = `POST ${target} HTTP/1.1\r\nHost: gw.test\r\n${fields}\r\n`;
  const answer = await sendRaw(gw.port, head + payload + smuggled, { silenceMs: 6000 });
  expect(answer.ending).toBe('closed');
  expect(gw.seen.slice(from).map((req) => req.unparsedUri)).toEqual([target]);
  const good = await sendRaw(gw.port, 'GET /good HTTP/1.1\r\nHost: gw.test\r\nConnection: close\r\n\r\n');
  expect(good.text).toMatch(/^HTTP\/1\.1 200 /);
  return answer.text.slice(9, 12);
}

describe('what leaves the framing in doubt is refused and closes', () => {
  const chunked = '5\r\nhello\r\n0\r\n\r\n';
  test.each([
    ['length and encoding', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '400'],
    ['encoding and length', 'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', '400'],
    ['xchunked', 'Transfer-Encoding: xchunked\r\n', '400'],
    ['identity', 'Transfer-Encoding: identity\r\n', '400'],
    ['chunked, identity', 'Transfer-Encoding: chunked, identity\r\n', '400'],
    ['gzip', 'Transfer-Encoding: gzip\r\n', '400'],
    ['quoted', 'Transfer-Encoding: "chunked"\r\n', '400'],
    ['parameter', 'Transfer-Encoding: chunked;q=1\r\n', '400'],
    ['vertical tab', 'Transfer-Encoding: \x0bchunked\r\n', '400'],
    ['empty', 'Transfer-Encoding:\r\n', '400'],
    ['bare CR', 'Transfer-Encoding: chunked\rX\r\n', '400'],
    ['gzip, chunked', 'Transfer-Encoding: gzip, chunked\r\n', '501'],
    ['chunked twice', 'Transfer-Encoding: chunked, chunked\r\n', '400'],
    ['two encodings', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '400'],
    ['space before the colon', 'Transfer-Encoding : chunked\r\n', '400'],
  ])('%s', async (_name, fields, status) => {
    expect(await post(fields, chunked)).toBe(status);
  });

  test('an encoding in HTTP/1.0', async () => {
    const bytes = `POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`;
    const answer = await sendRaw(gw.port, bytes);
    expect(answer).toMatchObject({
      ending: 'closed',
      text: expect.stringMatching(/^HTTP\/1\.1 400 /) as string,
    });
  });

  test.each([
    '5, 5', '5, 6', '+5', '-5', '0x5', '5e0', '5x', '5 5', '5.0', '', '5\0', '9223372036854775808', '12345678901234567890',
  ])('Content-Length: %j', async (length) => {
    expect(await post(`Content-Length: ${length}\r\n`, 'hello')).toBe('400');
  }); // prettier-ignore

  test('two equal lengths', async () => {
    expect(await post('Content-Length: 5\r\nContent-Length: 5\r\n', 'hello')).toBe('400');
  });

  test.each([
    ['zz\r\nhello\r\n0\r\n\r\n', '400'],
    ['0x5\r\nhello\r\n0\r\n\r\n', '400'],
    ['-5\r\nhello\r\n0\r\n\r\n', '400'],
    ['+5\r\nhello\r\n0\r\n\r\n', '400'],
    ['\r\nhello\r\n0\r\n\r\n', '400'],
    ['0_5\r\nhello\r\n0\r\n\r\n', '400'],
    [' 5\r\nhello\r\n0\r\n\r\n', '400'],
    ['fffffffffffffffff\r\nhello\r\n0\r\n\r\n', '413'],
    ['10000000000000005\r\nhello\r\n0\r\n\r\n', '413'],
    ['5\r\nhelloX\r\n0\r\n\r\n', '400'],
    ['5\r\nhello0\r\n\r\n', '400'],
    ['5\nhello\r\n0\r\n\r\n', '400'],
    ['5;a\nb\r\nhello\r\n0\r\n\r\n', '400'],
    ['5;a\rb\r\nhello\r\n0\r\n\r\n', '400'],
    [`5;${'a'.repeat(200_000)}\r\nhello\r\n0\r\n\r\n`, '413'],
    [`0\r\n${'X: 1\r\n'.repeat(3000)}\r\n`, '400'],
    ['0\r\nno colon\r\n\r\n', '400'],
  ])('chunks %.30j', async (chunks, status) => {
    expect(await post('Transfer-Encoding: chunked\r\n', chunks)).toBe(status);
  });

  test('a denied request with a broken chunk', async () => {
    expect(await post('Transfer-Encoding: chunked\r\n', 'zz\r\n', '/denied')).toMatch(/^40[03]$/);
  });
});

describe('what is well framed is served, and the next request after it', () => {
  const next = 'GET /next HTTP/1.1\r\nHost: gw.test\r\nConnection: close\r\n\r\n';
  test.each([
    ['length', 'Content-Length: 5\r\n', 'hello'],
    ['length with zeros', 'Content-Length: 005\r\n', 'hello'],
    ['underscore is another field', 'Transfer_Encoding: chunked\r\nContent-Length: 5\r\n', 'hello'],
    ['chunks', 'Transfer-Encoding: chunked\r\n', '2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n'],
    ['upper case', 'Transfer-Encoding: CHUNKED\r\n', '5\r\nhello\r\n0\r\n\r\n'],
    ['size and space', 'Transfer-Encoding: chunked\r\n', '5 \r\nhello\r\n0\r\n\r\n'],
    ['extension', 'Transfer-Encoding: chunked\r\n', '5;name="v"\r\nhello\r\n0\r\n\r\n'],
    ['leading zeros', 'Transfer-Encoding: chunked\r\n', '0000005\r\nhello\r\n0\r\n\r\n'],
    ['trailers', 'Transfer-Encoding: chunked\r\n', '5\r\nhello\r\n0\r\nHost: evil\r\nX-T: 1\r\n\r\n'],
  ])('%s', async (_name, fields, payload) => {
    const from = gw.seen.length;
    const answer = await sendRaw(
      gw.port,
      `POST /app HTTP/1.1\r\nHost: gw.test\r\n${fields}\r\n${payload}${next}`,
    );
    expect(answer.text).toContain('<hello>');
    expect(answer.text.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
    const seen = gw.seen.slice(from);
    expect(seen.map((req) => req.unparsedUri)).toEqual(['/app', '/next']);
    expect(seen[0]!.headersIn.has('X-T')).toBe(false);
    expect(seen[0]!.headersIn.get('host')).toBe('gw.test');
  });

  test('a body arriving byte by byte is the same body', async () => {
    const bytes = `POST /app HTTP/1.1\r\nHost: gw.test\r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\nA: b\r\n\r\n${next}`;
    const answer = await sendRaw(gw.port, bytes.split(''));
    expect(answer.text).toContain('<hello>');
    expect(answer.text.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  });

  test('a body that nobody wants is dropped exactly', async () => {
    const from = gw.seen.length;
    const bytes = `POST /denied HTTP/1.1\r\nHost: gw.test\r\nContent-Length: 40\r\n\r\n${'GET /SMUGGLED HTTP/1.1\r\nHost: gw.test\r\n\r\n'.padEnd(40)}`;
    const answer = await sendRaw(gw.port, [bytes.slice(0, 90), bytes.slice(90, 80 + 31), next.slice(0, 0)], {
      silenceMs: 300,
    });
    expect(answer.text).toMatch(/^HTTP\/1\.1 403 /);
    expect(gw.seen.slice(from).map((req) => req.unparsedUri)).not.toContain('/SMUGGLED');
  });
});

test('a body beyond its limit fails with 413 and closes', async () => {
  expect(await post('Content-Length: 11\r\n', 'hello world', '/limited')).toBe('413');
  expect(await post('Transfer-Encoding: chunked\r\n', 'b\r\nhello world\r\n0\r\n\r\n', '/limited')).toBe(
    '413',
  );
});

test('a body that ends too early fails with 400', async () => {
  for (const [fields, part] of [
    ['Content-Length: 10', 'hello'],
    ['Transfer-Encoding: chunked', '5\r\nhel'],
  ] as const) {
    const bytes = `POST / HTTP/1.1\r\nHost: gw.test\r\n${fields}\r\n\r\n${part}`;
    const answer = await sendRaw(gw.port, bytes, { halfClose: true });
    expect(answer.text).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.ending).toBe('closed');
  }
});

describe('Expect: 100-continue', () => {
  const head = 'POST /app HTTP/1.1\r\nHost: gw.test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n';

  test('one interim answer when the body is first wanted', async () => {
    const answer = await sendRaw(gw.port, head, { until: /100 Continue\r\n\r\n/ });
    expect(answer.text).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  });

  test('none when the body is here already', async () => {
    const answer = await sendRaw(gw.port, `${head}hello`, { until: /<hello>/ });
    expect(answer.text).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('none for a refusal, which closes', async () => {
    const answer = await sendRaw(gw.port, head.replace('/app', '/denied'));
    expect(answer.text).toMatch(/^HTTP\/1\.1 403 [^]*Connection: close/);
    expect(answer.ending).toBe('closed');
  });

  test('none for HTTP/1.0', async () => {
    const answer = await sendRaw(gw.port, head.replace('HTTP/1.1', 'HTTP/1.0'), { silenceMs: 200 });
    expect(answer.text).toBe('');
  });
});

test('discardBody settles at once for a body that is here, and reports its fault', async () => {
  const results: unknown[] = [];
  const front = await startFront((req) => {
    const result = discardBody(req, 3);
    results.push(result);
    return result;
  });
  try {
    await sendRaw(
      front.port,
      'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab',
    );
    const refused = await sendRaw(front.port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab');
    expect(results).toEqual([0, 413]);
    expect(refused.text).toMatch(/^HTTP\/1\.1 413 /);
  } finally {
    await front.close();
  }
});
