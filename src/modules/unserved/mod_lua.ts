import { modLua as catalogue } from '../../../grammar/catalogue/mod_lua.ts';
import { defineModule } from '../module.ts';
import { tunes, unserved } from './unserved.ts';

export const modLua = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('Lua'), {
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
  }),
});
