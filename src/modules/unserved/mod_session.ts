import { modSession as catalogue } from '../../../grammar/catalogue/mod_session.ts';
import { defineModule } from '../module.ts';
import { isOn, tunes, unserved } from './unserved.ts';

export const modSession = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('sessions'), {
    Session: { notServed: 'No session is kept.', matters: isOn },
  }),
});
