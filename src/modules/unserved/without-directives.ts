import { modAsis as modAsisCatalogue } from '../../../grammar/catalogue/mod_asis.ts';
import { modAuthzOwner as modAuthzOwnerCatalogue } from '../../../grammar/catalogue/mod_authz_owner.ts';
import { modAuthzUser as modAuthzUserCatalogue } from '../../../grammar/catalogue/mod_authz_user.ts';
import { modBucketeer as modBucketeerCatalogue } from '../../../grammar/catalogue/mod_bucketeer.ts';
import { modData as modDataCatalogue } from '../../../grammar/catalogue/mod_data.ts';
import { modRatelimit as modRatelimitCatalogue } from '../../../grammar/catalogue/mod_ratelimit.ts';
import { modSlotmemPlain as modSlotmemPlainCatalogue } from '../../../grammar/catalogue/mod_slotmem_plain.ts';
import { modSlotmemShm as modSlotmemShmCatalogue } from '../../../grammar/catalogue/mod_slotmem_shm.ts';
import { modSocacheDbm as modSocacheDbmCatalogue } from '../../../grammar/catalogue/mod_socache_dbm.ts';
import { modSocacheShmcb as modSocacheShmcbCatalogue } from '../../../grammar/catalogue/mod_socache_shmcb.ts';
import { modStatus as modStatusCatalogue } from '../../../grammar/catalogue/mod_status.ts';
import { defineModule } from '../module.ts';

/* Modules that only provide handlers, filters and providers under names that other directives mention. */

export const modAsis = defineModule(modAsisCatalogue, { directives: {} });
export const modAuthzOwner = defineModule(modAuthzOwnerCatalogue, { directives: {} });
export const modAuthzUser = defineModule(modAuthzUserCatalogue, { directives: {} });
export const modBucketeer = defineModule(modBucketeerCatalogue, { directives: {} });
export const modData = defineModule(modDataCatalogue, { directives: {} });
export const modRatelimit = defineModule(modRatelimitCatalogue, { directives: {} });
export const modSlotmemPlain = defineModule(modSlotmemPlainCatalogue, { directives: {} });
export const modSlotmemShm = defineModule(modSlotmemShmCatalogue, { directives: {} });
export const modSocacheDbm = defineModule(modSocacheDbmCatalogue, { directives: {} });
export const modSocacheShmcb = defineModule(modSocacheShmcbCatalogue, { directives: {} });
export const modStatus = defineModule(modStatusCatalogue, { directives: {} });
