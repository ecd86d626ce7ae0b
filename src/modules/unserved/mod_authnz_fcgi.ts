import { modAuthnzFcgi as catalogue } from '../../../grammar/catalogue/mod_authnz_fcgi.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

export const modAuthnzFcgi = defineModule(catalogue, {
  directives: unserved(catalogue, { notServed: 'No FastCGI authorizer is asked.', security: true }),
});
