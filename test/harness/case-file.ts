import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { unescapeBytes } from './text.ts';
import { pattern } from './responder.ts';

const EXAMPLES_DIRECTORY = join(import.meta.dirname, '../../conf-examples');

/** A file, directory or link that a case wants below its document root. */
export type CaseFile =
  | { readonly kind: 'file'; readonly path: string; readonly content: string; readonly mode?: number }
  | { readonly kind: 'directory'; readonly path: string; readonly mode?: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

/** One piece of what a client sends; placeholders are not yet replaced. */
export type Segment =
  | { readonly kind: 'bytes'; readonly bytes: string }
  | { readonly kind: 'pause'; readonly ms: number }
  | { readonly kind: 'finish' };

export interface CaseRequest {
  readonly name: string;
  readonly segments: readonly Segment[];
  /** Method of each response awaited; a HEAD has no body whatever its headers say. */
  readonly methods: readonly string[];
  /** What the gateway answers instead, where it is meant to differ from httpd. */
  readonly differs?: { readonly statuses: readonly number[]; readonly reason: string };
  /** Lower-case names of headers that are left out of the comparison. */
  readonly ignoredHeaders: readonly string[];
  /** Compares status and headers only. */
  readonly ignoresBody: boolean;
}

export interface DifferentialCase {
  /** `topic/name`. */
  readonly id: string;
  readonly path: string;
  readonly description: string;
  readonly modules: readonly string[];
  readonly conf: string;
  readonly files: readonly CaseFile[];
  readonly requests: readonly CaseRequest[];
  /** Logs below the case's directory that are compared, too. */
  readonly logs: readonly string[];
  /** Fragments that are each tried instead of `conf`, to see whether a server starts with them. */
  readonly starts: readonly StartTrial[];
}

export interface StartTrial {
  readonly name: string;
  readonly conf: string;
}

/**
 * A `.case` file as data.
 *
 * A line starting with `--- ` opens a section; what stands before the first one describes the case.
 *
 * | section | lines |
 * | --- | --- |
 * | `modules` | names without `mod_`; `-name` leaves out one of the usual modules |
 * | `conf` | the config fragment |
 * | `example name` | takes `conf-examples/name` as the fragment, with `text => replacement` on each line |
 * | `files` | `path`, `path = content`, `path size=n`, `dir/`, `path -> target`, each with an optional `mode=0644` |
 * | `file path` | one file's content, as it stands |
 * | `requests` | one request a line: `GET /path HTTP/1.1 \| Header: value \| @instruction` |
 * | `raw name` | one connection's bytes: each line gets CRLF unless it ends in a backslash; `@instruction` lines |
 * | `logs` | names of files that the fragment logs to below `@ROOT@`, whose lines are compared without their order |
 * | `start name` | a fragment that is tried instead of `conf`; what counts is whether a server starts with it |
 *
 * Instructions: `@body text`, `@bodysize n`, `@chunked n n ..`, `@nohost`, `@pause ms`, `@finish` (half close),
 * `@responses n`, `@methods GET HEAD`, `@differs status/status reason`, `@ignore Header`, `@nobody`.
 *
 * @throws Error naming the file and line of a section or instruction that does not exist
 */
export function readCaseFile(path: string, id: string): DifferentialCase {
  return parseCase(readFileSync(path, 'latin1'), path, id);
}

export function parseCase(text: string, path: string, id: string): DifferentialCase {
  const description: string[] = [];
  const modules: string[] = [];
  const conf: string[] = [];
  const files: CaseFile[] = [];
  const requests: CaseRequest[] = [];
  const logs: string[] = [];
  const starts: StartTrial[] = [];
  for (const section of splitSections(text)) {
    const { kind, argument, lines } = section;
    switch (kind) {
      case '':
        description.push(...lines);
        break;
      case 'modules':
        modules.push(...`${argument} ${lines.join(' ')}`.split(/\s+/).filter((word) => word !== ''));
        break;
      case 'conf':
        conf.push(...lines);
        break;
      case 'example':
        conf.push(readExample(argument, lines));
        break;
      case 'files':
        files.push(...meaningful(lines).map(parseFileLine));
        break;
      case 'file':
        files.push({
          kind: 'file',
          path: argument,
          content: lines.length === 0 ? '' : `${lines.join('\n')}\n`,
        });
        break;
      case 'requests':
        requests.push(...meaningful(lines).map((line) => parseRequestLine(line, path)));
        break;
      case 'raw':
        requests.push(parseRawRequest(argument, lines, path));
        break;
      case 'logs':
        logs.push(...meaningful(lines).map((line) => line.trim()));
        break;
      case 'start':
        starts.push({ name: argument, conf: lines.join('\n') });
        break;
      default:
        throw new Error(`${path}:${section.line}: no such section: ${kind}`);
    }
  }
  return {
    id,
    path,
    description: description.join('\n').trim(),
    modules,
    conf: conf.join('\n'),
    files,
    requests: withUniqueNames(requests),
    logs,
    starts,
  };
}

function readExample(name: string, lines: readonly string[]): string {
  const text = readFileSync(join(EXAMPLES_DIRECTORY, name), 'latin1');
  return meaningful(lines).reduce((changed, line) => {
    const [from = '', to = ''] = line.split(' => ');
    if (!changed.includes(from)) throw new Error(`conf-examples/${name} has no ${from}`);
    return changed.replaceAll(from, to.trim());
  }, text);
}

interface Section {
  readonly kind: string;
  readonly argument: string;
  readonly line: number;
  readonly lines: string[];
}

function splitSections(text: string): readonly Section[] {
  let current: Section = { kind: '', argument: '', line: 1, lines: [] };
  const sections = [current];
  text.split('\n').forEach((line, index) => {
    if (line.startsWith('--- ')) {
      const words = line.slice(4).trim();
      const space = words.indexOf(' ');
      current = {
        kind: space < 0 ? words : words.slice(0, space),
        argument: space < 0 ? '' : words.slice(space + 1).trim(),
        line: index + 1,
        lines: [],
      };
      sections.push(current);
    } else current.lines.push(line);
  });
  if (current.lines.at(-1) === '') current.lines.pop();
  for (const section of sections) {
    if (section.kind === 'raw') continue;
    while (section.lines.at(-1) === '') section.lines.pop();
  }
  return sections;
}

function meaningful(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line.trim() !== '' && !line.startsWith('# '));
}

function parseFileLine(line: string): CaseFile {
  let rest = line.trim();
  const mode = / mode=([0-7]+)/.exec(rest);
  if (mode !== null) rest = rest.replace(mode[0], '');
  const permissions = mode === null ? {} : { mode: Number.parseInt(mode[1] ?? '', 8) };
  const link = /^(.*?) -> (.*)$/.exec(rest);
  if (link !== null) return { kind: 'link', path: unescapeBytes(link[1] ?? ''), target: link[2] ?? '' };
  const size = /^(.*?) size=(\d+)$/.exec(rest);
  if (size !== null) {
    return {
      kind: 'file',
      path: unescapeBytes(size[1] ?? ''),
      content: pattern(Number(size[2])),
      ...permissions,
    };
  }
  const text = /^(.*?) = ?(.*)$/.exec(rest);
  if (text !== null) {
    return {
      kind: 'file',
      path: unescapeBytes(text[1] ?? ''),
      content: unescapeBytes(text[2] ?? ''),
      ...permissions,
    };
  }
  if (rest.endsWith('/')) return { kind: 'directory', path: unescapeBytes(rest), ...permissions };
  return { kind: 'file', path: unescapeBytes(rest), content: `${rest}\n`, ...permissions };
}

interface RequestDraft {
  methods: string[];
  differs: CaseRequest['differs'];
  ignoredHeaders: string[];
  ignoresBody: boolean;
}

function newDraft(): RequestDraft {
  return { methods: [], differs: undefined, ignoredHeaders: [], ignoresBody: false };
}

/** Applies an instruction that says how to compare; gives back false when it is about bytes to send. */
function applyComparison(draft: RequestDraft, instruction: string): boolean {
  const [word = '', ...rest] = instruction.split(' ');
  switch (word) {
    case '@differs': {
      const [statuses = '', ...reason] = rest;
      draft.differs = { statuses: statuses.split('/').map(Number), reason: reason.join(' ') };
      return true;
    }
    case '@ignore':
      draft.ignoredHeaders.push(...rest.map((name) => name.toLowerCase()));
      return true;
    case '@nobody':
      draft.ignoresBody = true;
      return true;
    case '@methods':
      draft.methods = rest;
      return true;
    case '@responses':
      draft.methods = Array.from({ length: Number(rest[0]) }, () => 'GET');
      return true;
    default:
      return false;
  }
}

function finishRequest(name: string, segments: readonly Segment[], draft: RequestDraft): CaseRequest {
  return {
    name,
    segments,
    methods: draft.methods,
    ...(draft.differs === undefined ? {} : { differs: draft.differs }),
    ignoredHeaders: draft.ignoredHeaders,
    ignoresBody: draft.ignoresBody,
  };
}

function parseRequestLine(line: string, path: string): CaseRequest {
  const [requestLine = '', ...parts] = line.split(' | ').map((part) => part.trim());
  const words = requestLine.split(' ');
  const version = words.length > 2 && /^HTTP\//.test(words.at(-1) ?? '') ? words.pop() : 'HTTP/1.1';
  const [method = 'GET', ...target] = words;
  const draft = newDraft();
  draft.methods = [method];
  const headers: string[] = [];
  const named = [requestLine];
  let hasHost = version === 'HTTP/1.1';
  let body: string | undefined;
  let chunks: readonly number[] | undefined;
  for (const part of parts) {
    if (part.startsWith('@')) {
      const [word] = part.split(' ');
      const text = part.slice((word ?? '').length + 1);
      if (applyComparison(draft, part)) continue;
      named.push(part);
      if (word === '@bodysize') body = pattern(Number(text));
      else if (word === '@body') body = unescapeBytes(text);
      else if (word === '@chunked') chunks = text === '' ? [] : text.split(' ').map(Number);
      else if (word === '@nohost') hasHost = false;
      else throw new Error(`${path}: no such instruction: ${part}`);
    } else {
      named.push(part);
      if (/^host:/i.test(part)) hasHost = false;
      headers.push(unescapeBytes(part));
    }
  }
  if (hasHost) headers.unshift('Host: www.example.test');
  if (body !== undefined) headers.push(`Content-Length: ${body.length}`);
  if (chunks !== undefined) {
    headers.push('Transfer-Encoding: chunked');
    body = chunkedBody(chunks);
  }
  const head = [`${method} ${unescapeBytes(target.join(' '))} ${version}`, ...headers, '', ''].join('\r\n');
  return finishRequest(named.join(' | '), [{ kind: 'bytes', bytes: head + (body ?? '') }], draft);
}

function parseRawRequest(name: string, lines: readonly string[], path: string): CaseRequest {
  const draft = newDraft();
  const segments: Segment[] = [];
  let bytes = '';
  const flush = (): void => {
    if (bytes !== '') segments.push({ kind: 'bytes', bytes });
    bytes = '';
  };
  for (const line of lines) {
    if (line.startsWith('# ')) continue;
    if (!line.startsWith('@')) {
      bytes +=
        line.endsWith('\\') && !line.endsWith('\\\\')
          ? unescapeBytes(line.slice(0, -1))
          : `${unescapeBytes(line)}\r\n`;
      continue;
    }
    if (applyComparison(draft, line)) continue;
    const [word, ...rest] = line.split(' ');
    if (word === '@bodysize') bytes += pattern(Number(rest[0]));
    else if (word === '@fill') bytes += (rest[0] ?? 'a').repeat(Number(rest[1]));
    else if (word === '@fields')
      bytes += Array.from(
        { length: Number(rest[0]) },
        (_, n) => `X-${n}: ${'v'.repeat(Number(rest[1] ?? 1))}\r\n`,
      ).join('');
    else if (word === '@chunked') bytes += chunkedBody(rest.map(Number));
    else if (word === '@pause') {
      flush();
      segments.push({ kind: 'pause', ms: Number(rest[0]) });
    } else if (word === '@finish') {
      flush();
      segments.push({ kind: 'finish' });
    } else throw new Error(`${path}: no such instruction: ${line}`);
  }
  flush();
  if (draft.methods.length === 0)
    draft.methods = [/^([A-Z]+) /.exec(lines.find((line) => !line.startsWith('@')) ?? '')?.[1] ?? 'GET'];
  return finishRequest(name, segments, draft);
}

function chunkedBody(sizes: readonly number[]): string {
  return `${sizes.map((size) => `${size.toString(16)}\r\n${pattern(size)}\r\n`).join('')}0\r\n\r\n`;
}

function withUniqueNames(requests: readonly CaseRequest[]): readonly CaseRequest[] {
  const seen = new Map<string, number>();
  return requests.map((request) => {
    const count = (seen.get(request.name) ?? 0) + 1;
    seen.set(request.name, count);
    return count === 1 ? request : { ...request, name: `${request.name} (${count})` };
  });
}
