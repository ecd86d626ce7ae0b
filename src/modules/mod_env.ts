import { modEnv as catalogue } from '../../grammar/catalogue/mod_env.ts';
import { hook } from '../pipeline/phases.ts';
import { DECLINED, OK } from '../pipeline/status.ts';
import { Table } from '../pipeline/table.ts';
import { eachWord } from './arguments.ts';
import { defineModule, type Module, type ServedDirective } from './module.ts';

/** Variables to set, and names whose outer setting is taken back. */
interface EnvDirConfig {
  vars: Table;
  unset: Set<string>;
}

type Served<V> = ServedDirective<undefined, EnvDirConfig, V>;

const setEnv: Served<{ readonly name: string; readonly value: string }> = {
  bind: (ctx, node) => {
    const [name, value] = node.args;
    if (!name) return undefined;
    if (!value && name.text.includes('=')) {
      ctx.warn(name, "Spurious usage of '=' in an environment variable name.", 'write a space in its place');
    }
    return { name: name.text, value: value?.text ?? '' };
  },
  apply: ({ dir }, { name, value }) => dir.vars.set(name, value),
};

/** Environment of the server: values of names it has, as bytes. */
const passEnv: Served<readonly string[]> = {
  bind: (ctx, node) => {
    const words = eachWord(node);
    for (const word of words) {
      if (ctx.mayTouchDisk && process.env[word.text] === undefined) {
        ctx.warn(word, `PassEnv variable ${word.text} was undefined`);
      }
    }
    return words.map((word) => word.text);
  },
  apply: ({ dir }, names) => {
    for (const name of names) {
      const value = process.env[name];
      if (value !== undefined) dir.vars.set(name, Buffer.from(value, 'utf8').toString('latin1'));
    }
  },
};

const unsetEnv: Served<readonly string[]> = {
  bind: (_ctx, node) => eachWord(node).map((word) => word.text),
  apply: ({ dir }, names) => {
    for (const name of names) {
      dir.vars.unset(name);
      dir.unset.add(name.toLowerCase());
    }
  },
};

/** Variables for applications, whatever the request. @source httpd modules/metadata/mod_env.c */
export const modEnv: Module<undefined, EnvDirConfig> = defineModule(catalogue, {
  directives: { SetEnv: setEnv, PassEnv: passEnv, UnsetEnv: unsetEnv },
  createDirConfig: () => ({ vars: new Table(), unset: new Set() }),
  mergeDirConfig: (base, add) => {
    const vars = new Table();
    for (const [name, value] of base.vars) if (!add.unset.has(name.toLowerCase())) vars.set(name, value);
    for (const [name, value] of add.vars) vars.set(name, value);
    return { vars, unset: new Set([...base.unset, ...add.unset]) };
  },
  hooks: [
    hook('fixups', (req) => {
      const vars = modEnv.dir(req)?.vars;
      if (!vars || vars.size === 0) return DECLINED;
      for (let i = 0; i < vars.size; i++) req.subprocessEnv.set(vars.names[i]!, vars.values[i]!);
      return OK;
    }),
  ],
});
