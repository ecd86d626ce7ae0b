import type { ExprContext, ExprVariable } from '../../src/expr/context.ts';

/** Request headers of the worked examples. */
export const exampleHeaders: Readonly<Record<string, string>> = {
  Host: 'www.example.com:8080',
  'User-Agent': 'TestUA/1.0',
  'X-Foo': 'Bar Baz',
  Cookie: 'sid=abc123; theme=dark',
  Accept: 'text/html',
  Referer: 'http://ref.example/p?q',
  'X-IP': '10.1.2.3',
  'X-Empty': '',
};

export const EXAMPLE_PATH = '/app/7/info?a=b%20c&d=1';

/** The request of the worked examples, and the names that were added to its `Vary`. */
export function exampleRequest(docroot: string): ExprContext & { readonly vary: string[] } {
  const variables: Partial<Record<ExprVariable, string>> = {
    REQUEST_METHOD: 'GET',
    REQUEST_SCHEME: 'http',
    REQUEST_URI: '/app/7/info',
    DOCUMENT_URI: '/app/7/info',
    QUERY_STRING: 'a=b%20c&d=1',
    THE_REQUEST: `GET ${EXAMPLE_PATH} HTTP/1.1`,
    REQUEST_FILENAME: `${docroot}/file.txt`,
    SCRIPT_FILENAME: `${docroot}/file.txt`,
    PATH_INFO: '/7/info',
    REQUEST_STATUS: '200',
    CONTENT_TYPE: 'text/plain',
    HANDLER: 'text/plain',
    DOCUMENT_ROOT: docroot,
    CONTEXT_PREFIX: '/app',
    CONTEXT_DOCUMENT_ROOT: `${docroot}/file.txt`,
    REMOTE_ADDR: '127.0.0.1',
    REMOTE_HOST: '127.0.0.1',
    CONN_REMOTE_ADDR: '127.0.0.1',
    SERVER_NAME: 'www.example.com',
    SERVER_PORT: '8080',
    SERVER_ADMIN: 'admin@example.com',
    SERVER_PROTOCOL: 'HTTP/1.1',
    SERVER_SOFTWARE: 'Apache/2.4.71 (Debian)',
    API_VERSION: '20120211',
    HTTPS: 'off',
    HTTP2: 'off',
    IPV6: 'off',
    IS_SUBREQ: 'false',
  };
  const headers = new Map(Object.entries(exampleHeaders).map(([name, value]) => [name.toLowerCase(), value]));
  const environment = new Map([
    ['SETENV_VAR', 'fromsetenv'],
    ['SEI', 'Bar Baz'],
  ]);
  const vary: string[] = [];
  return {
    vary,
    variable: (name) => variables[name] ?? '',
    requestHeader: (name) => headers.get(name.toLowerCase()),
    responseHeader: (name) => (name === 'Last-Modified' ? 'Sun, 22 Nov 2026 20:06:50 GMT' : undefined),
    requestEnv: (name) => environment.get(name),
    note: () => undefined,
    processEnv: (name) => (name === 'PATH' ? '/bin' : undefined),
    addVary: (name) => void vary.push(name),
    subrequestFile: (path) => path === `${docroot}/file.txt`,
    subrequestUri: () => true,
  };
}
