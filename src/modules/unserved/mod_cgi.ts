import { modCgi as catalogue } from '../../../grammar/catalogue/mod_cgi.ts';
import { hook } from '../../pipeline/phases.ts';
import { defineModule } from '../module.ts';
import { refuseProgram } from './cgi-program.ts';
import { time } from './checks.ts';
import { unserved } from './unserved.ts';

export const modCgi = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'CGI programs are not run: the cgi-script handler answers 500.' },
    {},
    { CGIScriptTimeout: time('CGIScriptTimeout has wrong format') },
  ),
  hooks: [hook('handler', refuseProgram)],
});
