/**
 * Bundles `dist/`: `cli.js`, a chunk for each command, and the files that other processes and threads start from.
 * `pino` and `tinypool` stay outside, because they start worker files by path.
 */
import { chmodSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Entry files of worker threads: every `src/workers/*-worker.ts`, beside `cli.js` in `dist/`. */
function threadEntries() {
  const folder = join(root, 'src/workers');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('-worker.ts'))
    .map((name) => join(folder, name));
}

const entries = [
  { in: join(root, 'src/cli/main.ts'), out: 'cli' },
  { in: join(root, 'src/cli/serve-worker.ts'), out: 'serve-worker' },
  ...threadEntries().map((path) => ({ in: path, out: path.slice(path.lastIndexOf('/') + 1, -'.ts'.length) })),
];

// Written beside and moved when whole, so that a failed build leaves the last good one.
const fresh = join(root, `dist.${process.pid}`);
const { errors } = await build({
  entryPoints: entries,
  outdir: fresh,
  // Chunks lie flat beside the entries, so that `new URL('./x-worker.js', import.meta.url)` is right in each.
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: ['pino', 'tinypool'],
  // Packages in CommonJS form ask for node's own modules through `require`.
  banner: {
    js: "import { createRequire as hgwCreateRequire } from 'node:module';\nconst require = hgwCreateRequire(import.meta.url);",
  },
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  logLevel: 'warning',
}).catch((failure) => failure);
if (errors.length > 0) {
  rmSync(fresh, { recursive: true, force: true });
  process.exit(1);
}
chmodSync(join(fresh, 'cli.js'), 0o755);
rmSync(join(root, 'dist'), { recursive: true, force: true });
renameSync(fresh, join(root, 'dist'));
