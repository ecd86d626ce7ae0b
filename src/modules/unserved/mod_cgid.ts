import { modCgid as catalogue } from '../../../grammar/catalogue/mod_cgid.ts';
import { hook } from '../../pipeline/phases.ts';
import { defineModule } from '../module.ts';
import { refuseProgram } from './cgi-program.ts';
import { globalOnly, time } from './checks.ts';
import { unserved } from './unserved.ts';

export const modCgid = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'CGI programs are not run: the cgi-script handler answers 500.' },
    {},
    { CGIDScriptTimeout: time('CGIDScriptTimeout has wrong format'), ScriptSock: globalOnly },
  ),
  hooks: [hook('handler', refuseProgram)],
});
