import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folder for what a gateway keeps while it runs, when its configuration names no place; only its user may write there. */
function stateFolder(): string {
  const uid = process.getuid?.() ?? 0;
  if (uid === 0) return '/run';
  const base = process.env['XDG_RUNTIME_DIR'] ?? join(tmpdir(), `httpd-gateway-${uid}`);
  mkdirSync(base, { recursive: true, mode: 0o700 });
  const stats = lstatSync(base);
  if (!stats.isDirectory() || stats.uid !== uid)
    throw new Error(`${base} belongs to somebody else; set PidFile`);
  return base;
}

function stateFile(configPath: string, suffix: string): string {
  const name = createHash('sha256').update(configPath, 'latin1').digest('hex').slice(0, 12);
  return Buffer.from(join(stateFolder(), `httpd-gateway-${name}.${suffix}`), 'utf8').toString('latin1');
}

/** Path of the pid file for a configuration without PidFile: one for each configuration, and never httpd's own. */
export function defaultPidFile(configPath: string): string {
  return stateFile(configPath, 'pid');
}

/** Path of the error log for a fragment without ErrorLog that is served in the background. */
export function defaultErrorLog(configPath: string): string {
  return stateFile(configPath, 'log');
}
