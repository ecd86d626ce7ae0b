import { expect, test } from 'vitest';

import { backendAddress } from '../../src/backend/address.ts';
import { PoolRegistry } from '../../src/backend/pool-registry.ts';
import { MisbehavingResponder } from '../harness/misbehaving-responder.ts';
import { GOOD_ANSWER, run, worker } from './exchange-driver.ts';

test('addresses made of request data do not pile up, and pools in use stay', async () => {
  const responder = new MisbehavingResponder({ behaviours: {} });
  await responder.listen(0);
  const pools = new PoolRegistry();
  const kept = worker(responder.port, { reuse: true }, pools);
  expect((await run(kept, '')).stdout).toBe(GOOD_ANSWER);
  for (let host = 0; host < 5000; host += 1) {
    pools.poolFor(backendAddress({ host: `h${host}.invalid`, port: 1, socketPath: undefined }));
  }
  expect(pools.pools.length).toBeLessThan(2000);
  expect((await run(kept, '')).stdout).toBe(GOOD_ANSWER);
  expect(responder.connections).toBe(1);
  pools.destroy();
  await responder.close();
});

test('workers of one address share a pool; another source address is another pool', () => {
  const pools = new PoolRegistry();
  const place = { host: 'h', port: 1, socketPath: undefined };
  expect(pools.poolFor(backendAddress(place))).toBe(pools.poolFor(backendAddress(place)));
  expect(pools.poolFor(backendAddress(place, '127.0.0.2'))).not.toBe(pools.poolFor(backendAddress(place)));
  expect(pools.poolFor(backendAddress({ ...place, socketPath: '/s' }))).not.toBe(
    pools.poolFor(backendAddress(place)),
  );
});
