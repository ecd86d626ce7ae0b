import { modEnv as catalogue } from '../../grammar/catalogue/mod_env.ts';
import { hook } from '../pipeline/phases.ts';
import type { RequestRecord } from '../pipeline/request.ts';
import { OK, type HookResult } from '../pipeline/status.ts';
import { eachWord } from './arguments.ts';
import { defineModule, type Module, type ServedDirective } from './module.ts';

interface Variable {
  readonly name: string;
  /** undefined: taken back. It keeps its place, in case that an inner context sets it again. */
  readonly value: string | undefined;
}

/** Variables by their names in lower case, in the order of their first setting. */
interface EnvDirConfig {
  vars: Map<string, Variable>;
}

function set(dir: EnvDirConfig, name: string, value: string): void {
  const lower = name.toLowerCase();
  dir.vars.set(lower, { name: dir.vars.get(lower)?.name ?? name, value });
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
  apply: ({ dir }, { name, value }) => set(dir, name, value),
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
      if (value !== undefined) set(dir, name, Buffer.from(value, 'utf8').toString('latin1'));
    }
  },
};

const unsetEnv: Served<readonly string[]> = {
  bind: (_ctx, node) => eachWord(node).map((word) => word.text),
  apply: ({ dir }, names) => {
    for (const name of names) dir.vars.set(name.toLowerCase(), { name, value: undefined });
  },
};

/** Behind what is there: of a variable that is there already a look-up finds the first, and a script gets the last. */
function setVariables(req: RequestRecord): HookResult {
  for (const { name, value } of modEnv.dir(req)!.vars.values())
    if (value !== undefined) req.subprocessEnv.add(name, value);
  return OK;
}

/** Variables for applications, whatever the request. @source httpd modules/metadata/mod_env.c */
export const modEnv: Module<undefined, EnvDirConfig> = defineModule(catalogue, {
  directives: { SetEnv: setEnv, PassEnv: passEnv, UnsetEnv: unsetEnv },
  createDirConfig: () => ({ vars: new Map() }),
  mergeDirConfig: (base, add) => ({ vars: new Map([...base.vars, ...add.vars]) }),
  hooks: [hook('fixups', setVariables, { concerns: (_server, dir) => modEnv.in(dir) !== undefined })],
});
