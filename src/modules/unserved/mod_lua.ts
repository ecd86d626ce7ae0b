import { modLua as catalogue } from '../../../grammar/catalogue/mod_lua.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';
import { type BindContext, defineModule } from '../module.ts';
import { never, oneOf, pattern } from './checks.ts';
import { tunes, unserved } from './unserved.ts';

function earlyOrLate(ctx: BindContext, node: DirectiveNode): void {
  const when = node.args[2];
  if (when && !/^(?:early|late)$/i.test(when.text))
    ctx.error(when, "Third argument must be 'early' or 'late'");
}

export const modLua = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('Lua'),
    {
      LuaAuthzProvider: {
        notServed: 'The Lua function, which may refuse requests, is not called.',
        security: true,
      },
      LuaHookPreTranslateName: { notServed: 'The Lua function is not called.' },
      '<LuaHookPreTranslateName': { notServed: 'The Lua function is not called.' },
      LuaHookTranslateName: { notServed: 'The Lua function is not called.' },
      '<LuaHookTranslateName': { notServed: 'The Lua function is not called.' },
      LuaHookFixups: { notServed: 'The Lua function is not called.' },
      '<LuaHookFixups': { notServed: 'The Lua function is not called.' },
      LuaHookMapToStorage: { notServed: 'The Lua function is not called.' },
      '<LuaHookMapToStorage': { notServed: 'The Lua function is not called.' },
      LuaHookCheckUserID: {
        notServed: 'The Lua function, which may refuse requests, is not called.',
        security: true,
      },
      '<LuaHookCheckUserID': {
        notServed: 'The Lua function, which may refuse requests, is not called.',
        security: true,
      },
      LuaHookTypeChecker: { notServed: 'The Lua function is not called.' },
      '<LuaHookTypeChecker': { notServed: 'The Lua function is not called.' },
      LuaHookAccessChecker: {
        notServed: 'The Lua function, which may refuse requests, is not called.',
        security: true,
      },
      '<LuaHookAccessChecker': {
        notServed: 'The Lua function, which may refuse requests, is not called.',
        security: true,
      },
      LuaHookAuthChecker: {
        notServed: 'The Lua function, which may refuse requests, is not called.',
        security: true,
      },
      '<LuaHookAuthChecker': {
        notServed: 'The Lua function, which may refuse requests, is not called.',
        security: true,
      },
      LuaHookInsertFilter: { notServed: 'The Lua function is not called.' },
      LuaHookLog: { notServed: 'The Lua function is not called.' },
      LuaQuickHandler: {
        notServed: 'The Lua function, which may refuse requests, is not called.',
        security: true,
      },
      '<LuaQuickHandler': {
        notServed: 'The Lua function, which may refuse requests, is not called.',
        security: true,
      },
      LuaMapHandler: { notServed: 'The Lua function is not called.' },
      LuaOutputFilter: { notServed: 'The Lua function is not called.' },
      LuaInputFilter: { notServed: 'The Lua function is not called.' },
    },
    {
      LuaScope: oneOf(
        "Invalid value for LuaScope, '{}', acceptable values are: 'once', 'request', 'conn', 'thread', 'server'",
        'once',
        'request',
        'conn',
        'thread',
        'server',
      ),
      LuaInherit: oneOf(
        "LuaInherit type of '{}' not recognized, valid options are 'none', 'parent-first', and 'parent-last'",
        'none',
        'parent-first',
        'parent-last',
      ),
      LuaCodeCache: oneOf(
        "LuaCodeCache type of '{}' not recognized, valid options are 'never', 'stat', and 'forever'",
        'never',
        'stat',
        'forever',
      ),
      LuaHookInsertFilter: never('LuaHookInsertFilter not yet implemented'),
      LuaMapHandler: pattern(0, 'Invalid regex pattern!'),
      LuaHookTranslateName: earlyOrLate,
      LuaHookAccessChecker: earlyOrLate,
      LuaHookAuthChecker: earlyOrLate,
      Lua_____ByteCodeHack: never(''),
    },
  ),
});
