import { modMacro as catalogue } from '../../grammar/catalogue/mod_macro.ts';
import { defineModule } from './module.ts';

/** Macros, which the loader expands. */
export const modMacro = defineModule(catalogue, {
  directives: {
    '<Macro': { structural: true },
    Use: { structural: true },
    UndefMacro: { structural: true },
    MacroIgnoreEmptyArgs: { structural: true },
    MacroIgnoreBadNesting: { structural: true },
  },
});
