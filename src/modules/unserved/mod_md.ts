import { modMd as catalogue } from '../../../grammar/catalogue/mod_md.ts';
import { defineModule } from '../module.ts';
import { matching, number, oneOf } from './checks.ts';
import { tunes, unserved } from './unserved.ts';

export const modMd = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('managed certificates'),
    {
      MDomain: { notServed: 'Certificates are not fetched or renewed.' },
      MDRequireHttps: { notServed: 'Plain requests are not sent on to https.' },
      '<MDomainSet': { notServed: 'Certificates are not fetched or renewed.' },
      '<MDomain': { notServed: 'Certificates are not fetched or renewed.' },
    },
    {
      MDMustStaple: oneOf("unknown '{}', supported parameter values are 'on' and 'off'", 'on', 'off'),
      MDBaseServer: oneOf("unknown '{}', supported parameter values are 'on' and 'off'", 'on', 'off'),
      MDServerStatus: oneOf("unknown '{}', supported parameter values are 'on' and 'off'", 'on', 'off'),
      MDCertificateStatus: oneOf("unknown '{}', supported parameter values are 'on' and 'off'", 'on', 'off'),
      MDStapling: oneOf("unknown '{}', supported parameter values are 'on' and 'off'", 'on', 'off'),
      MDStapleOthers: oneOf("unknown '{}', supported parameter values are 'on' and 'off'", 'on', 'off'),
      MDProfileMandatory: oneOf("unknown '{}', supported parameter values are 'on' and 'off'", 'on', 'off'),
      MDRenewViaARI: oneOf("unknown '{}', supported parameter values are 'on' and 'off'", 'on', 'off'),
      MDDriveMode: oneOf('unknown MDDriveMode {}', 'auto', 'manual', 'always'),
      MDRenewMode: oneOf('unknown MDDriveMode {}', 'auto', 'manual', 'always'),
      MDRequireHttps: oneOf(
        "unknown '{}', supported parameter values are 'temporary' and 'permanent'",
        'off',
        'temporary',
        'permanent',
      ),
      MDChallengeDns01Version: oneOf('Only versions `1` and `2` are supported', '1', '2'),
      MDMatchNames: oneOf("invalid argument, must be a 'all' or 'servernames'", 'all', 'servernames'),
      MDRetryFailover: number('invalid argument, must be a number > 0', 1),
      MDHttpProxy: matching(/^[a-z][a-z0-9+.-]*:/i, 'missing uri scheme'),
    },
  ),
});
