import { readFileSync } from 'node:fs';
import { modUnixd as catalogue } from '../../grammar/catalogue/mod_unixd.ts';
import type { DirectiveNode } from '../syntax/tree.ts';
import { atoi, firstArg, flag, isForbidden } from './core/bind-checks.ts';
import { defineModule, type BindContext, type Module, type ServedDirective } from './module.ts';
import { statOf } from '../source/stat.ts';

/** Who serves, as written: a name or `#number`. */
export interface UnixdServerConfig {
  user?: string;
  group?: string;
}

const ROOT_REFUSED = 'Apache has not been designed to serve pages while running as root.';

/** Number by name in a file such as /etc/passwd. */
function idOf(file: string, name: string): number | undefined {
  for (const line of readFileSync(file, 'latin1').split('\n')) {
    const fields = line.split(':');
    if (fields[0] === name) return Number(fields[2]);
  }
  return undefined;
}

function named(
  field: keyof UnixdServerConfig,
  file: string,
): ServedDirective<UnixdServerConfig, undefined, string> {
  return {
    bind: (ctx, node) => {
      if (isForbidden(ctx, node, 'globalOnly')) return undefined;
      const word = firstArg(node);
      const id = word.text.startsWith('#')
        ? atoi(word.text.slice(1))
        : ctx.mayTouchDisk
          ? idOf(file, word.text)
          : 1;
      if (id === undefined) return ctx.error(word, `bad ${field} name ${word.text}`);
      if (field === 'user' && id === 0) return ctx.error(word, ROOT_REFUSED, 'name another user');
      return word.text;
    },
    apply: ({ server }, name) => {
      server[field] = name;
    },
  };
}

function bindChrootDir(ctx: BindContext, node: DirectiveNode): void {
  if (isForbidden(ctx, node, 'globalOnly') || !ctx.mayTouchDisk) return;
  const word = firstArg(node);
  const found = statOf(word.text);
  if (!found?.isDirectory()) ctx.error(word, 'ChrootDir must be a valid directory');
}

function bindSuexec(ctx: BindContext, node: DirectiveNode): void {
  if (isForbidden(ctx, node, 'globalOnly')) return;
  const program = '/usr/lib/apache2/suexec';
  if (flag(node) && ctx.mayTouchDisk && !statOf(program)) {
    ctx.error(node, `suEXEC isn't supported: Missing suexec binary ${program}`);
  }
}

/** User and group of the serving processes. */
export const modUnixd: Module<UnixdServerConfig, undefined> = defineModule(catalogue, {
  directives: {
    User: named('user', '/etc/passwd'),
    Group: named('group', '/etc/group'),
    ChrootDir: {
      notServed: 'The processes see the whole file system.',
      security: true,
      bind: bindChrootDir,
    },
    Suexec: { accepted: 'No programs are run.', bind: bindSuexec },
  },
  createServerConfig: () => ({}),
});
