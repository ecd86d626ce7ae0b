import { modLogDebug as catalogue } from '../../../grammar/catalogue/mod_log_debug.ts';
import { defineModule } from '../module.ts';
import { all, expression } from './checks.ts';
import { unserved } from './unserved.ts';

export const modLogDebug = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { notServed: 'The message is not logged.' },
    {},
    {
      LogMessage: all(expression(0, "Could not parse message expression '{}': "), (ctx, node) => {
        const bad = node.args.slice(1).find(({ text }) => !/^(?:hook|expr)=/i.test(text));
        if (bad) ctx.error(bad, `Invalid argument ${bad.text}`);
      }),
    },
  ),
});
