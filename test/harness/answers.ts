import { createHash } from 'node:crypto';

import type { RawExchange, RawResponse } from './client.ts';
import { ECHO_MARK } from './responder.ts';
import { escapeBytes } from './text.ts';

/** One connection's answer as lines to compare and to read. */
export type Answer = readonly string[];

const LONGEST_BODY_SHOWN = 1500;
const SOFTWARE = /^(?:Apache\/|httpd-gateway)[^\r\n]*$/;
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/;

export interface Comparison {
  readonly ignoredHeaders: readonly string[];
  readonly ignoresBody: boolean;
}

/**
 * An exchange without what differs from run to run: dates, server names, ports, paths.
 *
 * @param blank turns paths and ports of this run into placeholders
 */
export function describeExchange(
  seen: RawExchange,
  comparison: Comparison,
  blank: (text: string) => string,
): Answer {
  const lines = seen.responses.flatMap((response) => describeResponse(response, comparison, blank));
  lines.push(seen.timedOut ? '<timed out>' : seen.isKept ? '<kept>' : '<closed>');
  return lines;
}

function describeResponse(
  response: RawResponse,
  comparison: Comparison,
  blankPlaces: (text: string) => string,
): readonly string[] {
  const boundary = randomBoundary(response);
  const blank = (text: string): string =>
    boundary === undefined ? blankPlaces(text) : blankPlaces(text).replaceAll(boundary, '<boundary>');
  const headers = response.headers
    .filter(([name]) => !comparison.ignoredHeaders.includes(name.toLowerCase()))
    // The boundary's length varies too, and the length of the whole with it.
    .map(
      ([name, value]) =>
        [name, boundary !== undefined && /^content-length$/i.test(name) ? '<length>' : value] as const,
    )
    .map(([name, value]) => `${escapeBytes(name)}: ${escapeBytes(normaliseHeader(name, value))}`);
  const framing = response.isTruncated ? `<${response.framing}, truncated>` : `<${response.framing}>`;
  const body = comparison.ignoresBody ? ['| <any body>'] : describeBody(response.body, blank);
  return [escapeBytes(response.statusLine) || '<no status line>', ...headers.map(blank), framing, ...body];
}

/** The boundary of a multipart answer, which is another one each time. */
function randomBoundary(response: RawResponse): string | undefined {
  const type = response.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  return /^multipart\/byteranges; boundary=([0-9a-f]{1,16})$/.exec(type)?.[1];
}

function normaliseHeader(name: string, value: string): string {
  switch (name.toLowerCase()) {
    case 'date':
      return HTTP_DATE.test(value) ? '<now>' : value;
    case 'server':
      return SOFTWARE.test(value) ? '<server>' : value;
    case 'allow':
      // httpd lists methods in the order of a hash table, which changes from run to run.
      return value.split(/, ?/).sort().join(',');
    default:
      return value;
  }
}

function describeBody(body: string, blank: (text: string) => string): readonly string[] {
  if (body === '') return [];
  if (body.startsWith(ECHO_MARK)) return describeEcho(blank(body));
  if (body.length > LONGEST_BODY_SHOWN) {
    const digest = createHash('sha1').update(body, 'latin1').digest('hex');
    return [`| <${body.length} bytes, sha1 ${digest}>`];
  }
  return blank(body)
    .split(/(?<=\n)/)
    .map((line) => `| ${escapeBytes(line)}`);
}

/** Parameters that nearly every request has in this order, folded so that a recorded answer can be read. */
const FOLDED: readonly { readonly name: string; readonly lines: readonly string[] }[] = [
  {
    name: '<usual server parameters>',
    lines: [
      'PATH=/usr/local/bin:/usr/bin:/bin',
      'SERVER_SIGNATURE=',
      'SERVER_SOFTWARE=<software>',
      'SERVER_NAME=www.example.test',
      'SERVER_ADDR=127.0.0.1',
      'SERVER_PORT=80',
      'REMOTE_ADDR=127.0.0.1',
    ],
  },
  {
    name: '<usual request parameters>',
    lines: [
      'REMOTE_PORT=<port>',
      'GATEWAY_INTERFACE=CGI/1.1',
      'SERVER_PROTOCOL=HTTP/1.1',
      'REQUEST_METHOD=GET',
    ],
  },
  {
    name: '<usual document root>',
    lines: [
      'DOCUMENT_ROOT=@ROOT@/docroot',
      'REQUEST_SCHEME=http',
      'CONTEXT_PREFIX=',
      'CONTEXT_DOCUMENT_ROOT=@ROOT@/docroot',
      'SERVER_ADMIN=[no address given]',
    ],
  },
  {
    name: '<no body>',
    lines: [
      '@stdin 0 da39a3ee5e6b4b0d3255bfef95601890afd80709',
      '@records BEGIN id=1, STDIN 0; PARAMS in 1 and an empty one',
    ],
  },
];

function describeEcho(body: string): readonly string[] {
  const lines = body
    .split('\n')
    .filter((line) => line !== '')
    .map(normaliseEchoLine);
  return FOLDED.reduce(fold, lines).map((line) => `| ${line}`);
}

function normaliseEchoLine(line: string): string {
  if (line.startsWith('@records ')) return normaliseRecords(line);
  return line
    .replace(/^((?:REDIRECT_)*REMOTE_PORT=)\d+$/, '$1<port>')
    .replace(/^((?:REDIRECT_)*UNIQUE_ID=).{24,32}$/, '$1<id>')
    .replace(/^((?:REDIRECT_)*SERVER_SOFTWARE=)(?:Apache\/|httpd-gateway).*$/, '$1<software>')
    .replace(/^(SERVER_SIGNATURE=<address>)(?:Apache\/|httpd-gateway)\S*(?: \(Debian\))?/, '$1<software>');
}

/** Sizes of a single PARAMS record depend on this machine's paths, and STDIN pieces on timing. */
function normaliseRecords(line: string): string {
  const records = line.slice('@records '.length).split(', ');
  const params = records.filter((record) => record.startsWith('PARAMS ') && record !== 'PARAMS 0').length;
  const others = records.filter((record) => !record.startsWith('PARAMS ') && !/^STDIN [1-9]/.test(record));
  const isEnded = records.includes('PARAMS 0');
  return `@records ${others.join(', ')}; PARAMS in ${params}${isEnded ? ' and an empty one' : ''}`;
}

function fold(lines: readonly string[], group: (typeof FOLDED)[number]): readonly string[] {
  const start = lines.findIndex((_, index) =>
    group.lines.every((line, offset) => lines[index + offset] === line),
  );
  if (start < 0) return lines;
  return [...lines.slice(0, start), group.name, ...lines.slice(start + group.lines.length)];
}

/** The status numbers of an answer's responses, 0 for one without a status line. */
export function statusesOf(answer: Answer): readonly number[] {
  const statuses = answer
    .filter((line) => /^HTTP\/\d\.\d /.test(line) || line === '<no status line>')
    .map((line) => Number(/^HTTP\/\d\.\d (\d+)/.exec(line)?.[1] ?? 0));
  return statuses.filter((status) => status !== 100);
}

/** A readable difference, `-` for what is expected and `+` for what came; undefined when equal. */
export function diffAnswers(expected: Answer, actual: Answer): string | undefined {
  const width = actual.length + 1;
  const common = new Uint32Array((expected.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = expected.length - 1; row >= 0; row -= 1) {
    for (let column = actual.length - 1; column >= 0; column -= 1) {
      common[row * width + column] =
        expected[row] === actual[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  if (at(0, 0) === expected.length && expected.length === actual.length) return undefined;
  const lines: string[] = [];
  let row = 0;
  let column = 0;
  while (row < expected.length || column < actual.length) {
    if (row < expected.length && column < actual.length && expected[row] === actual[column]) {
      lines.push(`  ${expected[row]}`);
      row += 1;
      column += 1;
    } else if (
      row < expected.length &&
      (column >= actual.length || at(row + 1, column) >= at(row, column + 1))
    ) {
      lines.push(`- ${expected[row]}`);
      row += 1;
    } else {
      lines.push(`+ ${actual[column]}`);
      column += 1;
    }
  }
  return lines.join('\n');
}
