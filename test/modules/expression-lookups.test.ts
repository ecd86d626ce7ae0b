import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MappedSite } from './mapped-site.ts';

describe('conditions that look up URLs', () => {
  let site: MappedSite;
  beforeAll(() => {
    site = new MappedSite(
      `<Location "/self">
         <If "-U '/self' || -U '/self/a' || -U '/self/b'">
           SetEnv SEEN yes
         </If>
       </Location>`,
      { 'self/index.html': '' },
    );
  });
  afterAll(() => {
    site.close();
  });

  it('end where a condition would look itself up at every level', () => {
    expect(site.map('/self/').result).toBe(0);
    expect(site.log.filter((line) => line.includes('-U and -F give false'))).toHaveLength(1);
  });
});
