import { modRewrite as catalogue } from '../../../grammar/catalogue/mod_rewrite.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

export const modRewrite = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'Takes effect through RewriteRule.' },
    { RewriteRule: { notServed: 'The URL is not rewritten.' } },
  ),
});
