import { modAlias as catalogue } from '../../../grammar/catalogue/mod_alias.ts';
import { hook } from '../../pipeline/phases.ts';
import type { GatewayPlan } from '../../pipeline/server.ts';
import { DECLINED } from '../../pipeline/status.ts';
import { defineModule, type Module, type PlanReport } from '../module.ts';
import { refuseProgram } from '../unserved/cgi-program.ts';
import {
  createAliasDirConfig,
  createAliasServerConfig,
  mergeAliasDirConfig,
  mergeAliasServerConfig,
  type AliasDirConfig,
  type AliasServerConfig,
} from './config.ts';
import { aliasDirectives } from './directives.ts';
import { fixupRedirect, translateAlias } from './hooks.ts';
import { aliasMatches } from './match.ts';

/** Aliases and redirects. */
export const modAlias: Module<AliasServerConfig, AliasDirConfig> = defineModule(catalogue, {
  directives: aliasDirectives,
  createServerConfig: createAliasServerConfig,
  mergeServerConfig: mergeAliasServerConfig,
  createDirConfig: createAliasDirConfig,
  mergeDirConfig: mergeAliasDirConfig,
  postConfig: warnOfOverlaps,
  hooks: [
    hook('translateName', (req) => translateAlias(req, modAlias.server(req.server), modAlias.dir(req)), {
      before: ['mod_userdir', 'mod_vhost_alias'],
      concerns: (server, dir) => {
        const { aliases, redirects } = modAlias.server(server);
        return aliases.length > 0 || redirects.length > 0 || modAlias.in(dir) !== undefined;
      },
    }),
    hook('fixups', (req) => fixupRedirect(req, modAlias.dir(req)!), {
      concerns: (_server, dir) => modAlias.in(dir) !== undefined,
    }),
    // A ScriptAlias without mod_cgi would hand the program's source to the static handler, as httpd does.
    hook('handler', (req) => (req.notes.has('alias-forced-type') ? refuseProgram(req) : DECLINED)),
  ],
});

/** Warns of aliases that an earlier line of the same server hides. @source httpd mod_alias.c, AH00671 */
function warnOfOverlaps(plan: GatewayPlan, report: PlanReport): void {
  for (const server of plan.servers) {
    const config = modAlias.server(server);
    const own = config.aliases.slice(0, config.ownAliases);
    own.forEach((later, at) => {
      const { fake } = later;
      if (typeof fake !== 'string') return;
      const earlier = own
        .slice(0, at)
        .find((entry) =>
          typeof entry.fake === 'string' ? aliasMatches(fake, entry.fake) > 0 : entry.fake.test(fake),
        );
      if (!earlier) return;
      report(
        `The ${later.directive} directive will probably never match because it overlaps an earlier ${earlier.directive}.`,
        later.span,
        'warning',
      );
    });
  }
}
