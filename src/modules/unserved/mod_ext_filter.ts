import { modExtFilter as catalogue } from '../../../grammar/catalogue/mod_ext_filter.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';
import { type BindContext, defineModule } from '../module.ts';
import { eachMatching } from './checks.ts';
import { defineName } from './names.ts';
import { tunes, unserved } from './unserved.ts';

function afterFirstWord(text: string): string {
  return text.replace(/^\s*(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\S+)\s*/s, '');
}

const PARAMETER =
  /^(?:preservescontentlength(?=\s|$)|(?:mode|ftype|intype|outtype|cmd)=(?:"(?:[^"\\]|\\.)*"|[^\s"]\S*)?)\s*/is;

/** The parameters after the filter's name. @source httpd modules/filters/mod_ext_filter.c `define_filter` */
function checkDefine(ctx: BindContext, node: DirectiveNode): void {
  const [name] = node.args;
  if (!name) return;
  defineName(ctx, 'filterProvider', name.text.toLowerCase());
  let rest = afterFirstWord(node.argsText);
  while (rest !== '') {
    const parameter = PARAMETER.exec(rest);
    if (!parameter) return ctx.error(node, `Unexpected parameter: \`${rest}'`);
    const mode = /^mode=(\S*)/i.exec(parameter[0])?.[1];
    if (mode !== undefined && !/^(?:in|out)put$/i.test(mode))
      return ctx.error(node, `Invalid mode: \`${mode}'`);
    rest = rest.slice(parameter[0].length);
  }
}

export const modExtFilter = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('external filters'),
    {
      ExtFilterDefine: { notServed: 'Bodies do not pass through the external program.' },
    },
    {
      ExtFilterOptions: eachMatching(
        /^(?:(?:no)?logstderr|onfail=(?:abort|remove)|debuglevel=.*)$/i,
        'Invalid ExtFilterOptions option: {}',
      ),
      ExtFilterDefine: checkDefine,
    },
  ),
});
