import { utilLdap as catalogue } from '../../../grammar/catalogue/util_ldap.ts';
import { defineModule } from '../module.ts';
import { all, matching, number, oneOf, time } from './checks.ts';
import { unserved } from './unserved.ts';

export const utilLdap = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'Takes part in authentication by LDAP, for which the AuthType line is refused.' },
    {},
    {
      LDAPTrustedGlobalCert: oneOf(
        'The certificate type {} is not recognised.',
        'ca_der',
        'ca_base64',
        'ca_cert7_db',
        'ca_secmod',
        'cert_der',
        'cert_base64',
        'cert_key3_db',
        'cert_nickname',
        'key_der',
        'key_base64',
        'cert_pfx',
        'key_pfx',
      ),
      LDAPTrustedMode: oneOf(
        'Invalid LDAPTrustedMode setting: must be one of NONE, SSL, or TLS/STARTTLS',
        'none',
        'ssl',
        'tls',
        'starttls',
      ),
      LDAPReferrals: oneOf("LDAPReferrals must be 'on', 'off', or 'default'", 'on', 'off', 'default'),
      LDAPReferralHopLimit: number(
        "LDAPReferralHopLimit must be greater than zero (Use 'LDAPReferrals Off' to disable referral chasing)",
        1,
      ),
      LDAPTimeout: all(
        matching(/^-?[0-9]+$/, 'Timeout not numerical'),
        number('Timeout must be non-negative', 0),
      ),
      LDAPConnectionPoolTTL: time('LDAPConnectionPoolTTL has wrong format', true),
      LDAPRetries: number('LDAPRetries must be >= 0', 0),
      LDAPRetryDelay: time('LDAPRetryDelay has wrong format'),
    },
  ),
});
