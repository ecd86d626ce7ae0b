import { randomBytes } from 'node:crypto';
import { modUniqueId as catalogue } from '../../grammar/catalogue/mod_unique_id.ts';
import { hook } from '../pipeline/phases.ts';
import type { RequestRecord } from '../pipeline/request.ts';
import { DECLINED } from '../pipeline/status.ts';
import { defineModule } from './module.ts';

const ROOT_BYTES = 10;
let root: Buffer | undefined;
let counter = 0;

/**
 * A name for a request, unlike any other of any process: 24 characters of `A-Za-z0-9@-`, as long as httpd's, made of
 * the second, a random part of the process, and a counter.
 *
 * @source httpd modules/metadata/mod_unique_id.c `gen_unique_id`
 */
function uniqueId(timeMs: number): string {
  root ??= randomBytes(ROOT_BYTES);
  counter = (counter + 1) % 0x10000;
  const id = Buffer.alloc(18);
  id.writeUInt32BE(Math.floor(timeMs / 1000) >>> 0, 0);
  root.copy(id, 4);
  id.writeUInt16BE(counter, 14);
  id.writeUInt16BE(process.pid & 0xffff, 16);
  return id.toString('base64').replace(/\+/g, '@').replace(/\//g, '-');
}

/** An internal redirect keeps the name of the request that the client sent. */
function setUniqueId(req: RequestRecord): typeof DECLINED {
  if (req.subprocessEnv.has('UNIQUE_ID')) return DECLINED;
  const kept = req.prev && req.subprocessEnv.get('REDIRECT_UNIQUE_ID');
  req.subprocessEnv.set('UNIQUE_ID', kept ?? uniqueId(req.requestTimeMs));
  return DECLINED;
}

/** UNIQUE_ID. */
export const modUniqueId = defineModule(catalogue, {
  directives: {},
  hooks: [hook('postReadRequest', setUniqueId)],
});
