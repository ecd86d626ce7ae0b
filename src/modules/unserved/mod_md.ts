import { modMd as catalogue } from '../../../grammar/catalogue/mod_md.ts';
import { defineModule } from '../module.ts';
import { tunes, unserved } from './unserved.ts';

export const modMd = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('managed certificates'), {
    MDomain: { notServed: 'Certificates are not fetched or renewed.' },
    MDRequireHttps: { notServed: 'Plain requests are not sent on to https.' },
    '<MDomainSet': { notServed: 'Certificates are not fetched or renewed.' },
    '<MDomain': { notServed: 'Certificates are not fetched or renewed.' },
  }),
});
