import { modSsl as catalogue } from '../../../grammar/catalogue/mod_ssl.ts';
import { defineModule } from '../module.ts';
import { isNot, isOn, tunes, unserved } from './unserved.ts';

export const modSsl = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('TLS'), {
    SSLEngine: { notServed: 'Connections are not encrypted.', matters: isNot('off'), security: true },
    SSLVerifyClient: {
      notServed: 'Clients are not asked for a certificate.',
      matters: isNot('none'),
      security: true,
    },
    SSLRequireSSL: { notServed: 'Requests over plain connections are not refused.', security: true },
    SSLRequire: { notServed: 'The condition is not checked.', security: true },
    SSLUserName: { notServed: 'REMOTE_USER is not set from the certificate.' },
    SSLOptions: { notServed: 'Applications get no SSL variables.' },
    SSLProxyEngine: { notServed: 'Backends are not spoken to over TLS.', matters: isOn },
    SSLProxyVerify: {
      notServed: "Backends' certificates are not checked.",
      matters: isNot('none'),
      security: true,
    },
  }),
});
