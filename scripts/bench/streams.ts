import { spawn } from 'node:child_process';
import { residentBytes } from './measure.ts';
import type { ServerName, Started } from './servers.ts';
import { STREAM_BYTES } from './sizes.ts';

const MIB = 1_048_576;

/** A transfer of `STREAM_BYTES`. */
interface Transfer {
  readonly name: string;
  readonly path: string;
  /** The file to send; undefined: the answer is the large one. */
  readonly upload: string | undefined;
  /** Smallest share of apache2's throughput that DESIGN allows; undefined: it names none. */
  readonly floor: number | undefined;
}

interface Passage {
  readonly seconds: number;
  /** Most bytes that the server held above what it held before. */
  readonly extraBytes: number;
}

/** Transfers one after the other for each server, and prints throughput as a ratio, and memory. */
export async function reportStreams(
  servers: ReadonlyMap<ServerName, Started>,
  file: string,
  only: string,
): Promise<void> {
  const transfers: readonly Transfer[] = [
    { name: 'FastCGI answer of 1 GiB', path: '/reuse/huge.php', upload: undefined, floor: 1 },
    { name: 'FastCGI upload of 1 GiB', path: '/reuse/index.php', upload: file, floor: 1 },
    { name: 'static file of 1 GiB', path: '/static/huge.bin', upload: undefined, floor: undefined },
  ];
  for (const transfer of transfers) {
    if (!transfer.name.includes(only)) continue;
    const passages = new Map<ServerName, Passage>();
    for (const [name, server] of servers) passages.set(name, await best(transfer, server));
    report(transfer, passages);
  }
}

/** The fastest of three: what slows one down is the machine. */
async function best(transfer: Transfer, server: Started): Promise<Passage> {
  const passages: Passage[] = [];
  for (let round = 0; round < 3; round++) passages.push(await pass(transfer, server));
  return {
    seconds: Math.min(...passages.map(({ seconds }) => seconds)),
    extraBytes: Math.max(...passages.map(({ extraBytes }) => extraBytes)),
  };
}

async function pass({ path, upload }: Transfer, { port, child }: Started): Promise<Passage> {
  const pid = child.pid!;
  const before = residentBytes(pid);
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, residentBytes(pid));
  }, 50);
  const url = `http://127.0.0.1:${port}${path}`;
  const data = upload === undefined ? [] : ['-T', upload, '-H', 'Expect:'];
  const startedAt = performance.now();
  const moved = await curl([...data, url]);
  const seconds = (performance.now() - startedAt) / 1000;
  clearInterval(watch);
  if (moved.status !== 200 || moved.bytes < STREAM_BYTES)
    throw new Error(`${url}: status ${moved.status} after ${moved.bytes} bytes`);
  return { seconds, extraBytes: most - before };
}

/** Status, and bytes that went the way of the larger body. */
function curl(args: readonly string[]): Promise<{ readonly status: number; readonly bytes: number }> {
  const written = '%{http_code} %{size_download} %{size_upload}';
  const child = spawn('taskset', ['-c', '1', 'curl', '-s', '-o', '/dev/null', '-w', written, ...args]);
  let text = '';
  child.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()));
  return new Promise((resolve) => {
    child.on('exit', () => {
      const [status, down, up] = text.split(' ').map(Number);
      resolve({ status: status ?? 0, bytes: Math.max(down ?? 0, up ?? 0) });
    });
  });
}

function report({ name, floor }: Transfer, passages: ReadonlyMap<ServerName, Passage>): void {
  const own = passages.get('gateway')!;
  const apache = passages.get('apache2')!;
  const nginx = passages.get('nginx')!;
  const rate = ({ seconds }: Passage): string => (STREAM_BYTES / MIB / seconds).toFixed(0);
  const extra = ({ extraBytes }: Passage): string => (extraBytes / MIB).toFixed(0);
  const ratio = apache.seconds / own.seconds;
  console.log(name);
  console.log(
    `  MiB/s: gateway ${rate(own)}, apache2 ${rate(apache)}, nginx ${rate(nginx)};` +
      ` memory above idle, MiB: ${extra(own)}, ${extra(apache)}, ${extra(nginx)}`,
  );
  const verdict = floor === undefined ? 'none' : `${floor}: ${ratio >= floor ? 'holds' : 'MISSED'}`;
  console.log(
    `  throughput ${ratio.toFixed(2)} x apache2 (floor ${verdict}), ${(nginx.seconds / own.seconds).toFixed(2)} x nginx`,
  );
}
