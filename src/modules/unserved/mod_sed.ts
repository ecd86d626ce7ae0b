import { modSed as catalogue } from '../../../grammar/catalogue/mod_sed.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';
import { firstArg } from '../core/bind-checks.ts';
import { type BindContext, defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

/** A script's first command, after up to two addresses. */
const COMMAND =
  /^[ \t;]*(?:(?:[0-9]+|\$|\/(?:[^/\\]|\\.)*\/)(?:,(?:[0-9]+|\$|\/(?:[^/\\]|\\.)*\/))?)?[ \t]*!?[ \t]*(.?)/s;

/** The first command of a script must be one of sed's, after its addresses. */
function checkSed(ctx: BindContext, node: DirectiveNode): void {
  const word = firstArg(node);
  const command = COMMAND.exec(word.text)![1]!;
  if (command !== '' && !':{}=aciDdGgHhlNnPpqrstwxyb#'.includes(command)) {
    ctx.error(word, `Failed to compile sed expression. unrecognized command: ${word.text}`);
  }
}

export const modSed = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { notServed: 'Bodies are not edited.' },
    {},
    {
      OutputSed: checkSed,
      InputSed: checkSed,
    },
  ),
});
