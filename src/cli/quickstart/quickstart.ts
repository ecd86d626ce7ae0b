import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseListenAddress, localUrl } from '../../server/listen-address.ts';
import type { ServerArguments } from '../arguments.ts';
import { readConfiguration } from '../configuration.ts';
import { exampleFile } from '../package-files.ts';
import { sayLine, type Say } from '../report.ts';
import { serve } from '../serve.ts';
import { startResponder } from './responder.ts';

const FIRST_PORT = 8080;
const LAST_PORT = 8099;

/** Serves the example with its own application, and says what to try; gives 1 when it can't. */
export async function quickstart(args: ServerArguments, say: Say): Promise<number | undefined> {
  const port = await freePort();
  if (port === undefined) {
    sayLine(say, `every port from ${FIRST_PORT} to ${LAST_PORT} is in use`);
    return 1;
  }
  // A copy that whoever serves can read: the package may lie in a home directory.
  const root = mkdtempSync(join(tmpdir(), 'httpd-gateway-quickstart-'));
  process.on('exit', () => rmSync(root, { recursive: true, force: true }));
  chmodSync(root, 0o755);
  cpSync(exampleFile('quickstart/htdocs'), join(root, 'htdocs'), { recursive: true });
  const socket = join(root, 'app.sock');
  const responder = await startResponder(socket);
  responder.unref();
  chmodSync(socket, 0o666);

  const listen = args.listen.length > 0 ? args.listen : [`127.0.0.1:${port}`];
  const inPlace: ServerArguments = {
    ...args,
    file: exampleFile('quickstart.conf'),
    before: [`Define QUICKSTART_ROOT ${root}`, ...args.before],
    after: [`PidFile ${join(root, 'gateway.pid')}`, ...args.after],
    listen,
  };
  const status = await serve(readConfiguration(inPlace), inPlace, say, true);
  if (status !== undefined) return status;
  const address = parseListenAddress(listen[0]!);
  const url = 'error' in address ? `http://127.0.0.1:${port}/` : localUrl(address);
  process.stdout.write(`
httpd-gateway serves conf-examples/quickstart.conf at

  ${url}

Try:
  curl ${url}                            a file
  curl ${url}index.php?hello=world       an application over FastCGI
  curl ${url}any/pretty/url              FallbackResource
  curl -i ${url}private                  Require all denied
Then:
  npx httpd-gateway -f YOUR.conf -X      your own configuration
  npx httpd-gateway -t -f YOUR.conf      check it
Stop with Ctrl-C.
`);
  return undefined;
}

async function freePort(): Promise<number | undefined> {
  for (let port = FIRST_PORT; port <= LAST_PORT; port++) if (await isFree(port)) return port;
  return undefined;
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
