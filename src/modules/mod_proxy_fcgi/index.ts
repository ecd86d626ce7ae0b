import { modProxyFcgi as modProxyFcgiCatalogue } from '../../../grammar/catalogue/mod_proxy_fcgi.ts';
import { compileCondition, compileString } from '../../expr/compile.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';
import {
  defineModule,
  type BindContext,
  type BoundExpr,
  type Module,
  type ServedDirective,
} from '../module.ts';
import { mergeFcgiDirConfig, type FcgiDirConfig } from './config.ts';

const proxyFCGIBackendType: ServedDirective<undefined, FcgiDirConfig, 'FPM' | 'GENERIC'> = {
  bind(ctx, node) {
    const word = node.args[0];
    const type = word?.text.toUpperCase();
    if (type === 'FPM' || type === 'GENERIC') return type;
    return ctx.error(
      word ?? node,
      "ProxyFCGIBackendType requires one of the following arguments: 'GENERIC', 'FPM'",
    );
  },
  apply({ dir }, type) {
    dir.backendType = type;
  },
};

interface BoundFixup {
  readonly condition: BoundExpr;
  readonly name: string;
  /** undefined: the variable is removed. */
  readonly value: BoundExpr | undefined;
}

/** @source httpd modules/proxy/mod_proxy_fcgi.c `cmd_setenv` */
function bindSetEnvIf(ctx: BindContext, node: DirectiveNode): BoundFixup | undefined {
  const [conditionWord, nameWord, valueWord] = node.args;
  if (!conditionWord || !nameWord) return undefined;
  const condition = ctx.expr(
    conditionWord,
    'boolean',
    `Could not parse expression "${conditionWord.text}": `,
  );
  if (!condition) return undefined;
  const name = nameWord.text;
  if (name === '!') return ctx.error(nameWord, 'ProxyFCGISetEnvIf: "!" is not a valid variable name');
  if (name.startsWith('!')) {
    if (valueWord === undefined || valueWord.text === '')
      return { condition, name: name.slice(1), value: undefined };
    return ctx.error(
      valueWord,
      `Third argument ("${valueWord.text}") is not allowed when using ProxyFCGISetEnvIf's unset mode (${name})`,
    );
  }
  const written = valueWord ?? { text: '', span: node.span };
  const value = ctx.expr(written, 'string', `Could not parse expression "${written.text}": `);
  return value && { condition, name, value };
}

const proxyFCGISetEnvIf: ServedDirective<undefined, FcgiDirConfig, BoundFixup> = {
  bind: bindSetEnvIf,
  apply({ dir }, bound, ctx) {
    const { condition, name, value } = bound;
    dir.fixups = [
      ...dir.fixups,
      {
        condition: compileCondition(condition.node),
        name,
        value: value && compileString(value.node),
        text: condition.text,
        span: ctx.span,
      },
    ];
  },
};

/** How requests are told to FastCGI applications. */
export const modProxyFcgi: Module<undefined, FcgiDirConfig> = defineModule(modProxyFcgiCatalogue, {
  directives: {
    ProxyFCGIBackendType: proxyFCGIBackendType,
    ProxyFCGISetEnvIf: proxyFCGISetEnvIf,
  },
  createDirConfig: (): FcgiDirConfig => ({ fixups: [] }),
  mergeDirConfig: mergeFcgiDirConfig,
});
