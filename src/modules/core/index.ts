import { core } from '../../../grammar/catalogue/core.ts';
import { defineModule, type StructuralDirective } from '../module.ts';
import { otherDirectives } from './accepted-directives.ts';
import {
  createCoreServerConfig,
  mergeCoreDirConfig,
  mergeCoreServerConfig,
  type CoreDirConfig,
} from './config.ts';
import { dirDirectives } from './dir-directives.ts';
import { coreHooks } from './hooks.ts';
import { limitSection } from './limit-sections.ts';
import { serverDirectives } from './server-directives.ts';

const structural: StructuralDirective = { structural: true };

/** httpd's core: server names, documents, sections, options, error documents, limits. */
export const coreModule = defineModule(core, {
  directives: {
    '<Directory': structural,
    '<DirectoryMatch': structural,
    '<Location': structural,
    '<LocationMatch': structural,
    '<Files': structural,
    '<FilesMatch': structural,
    '<VirtualHost': structural,
    '<If': structural,
    '<ElseIf': structural,
    '<Else': structural,
    '<IfModule': structural,
    '<IfDefine': structural,
    '<IfFile': structural,
    '<IfDirective': structural,
    '<IfSection': structural,
    Define: structural,
    UnDefine: structural,
    Include: structural,
    IncludeOptional: structural,
    ServerRoot: structural,
    DefaultRuntimeDir: structural,
    '<Limit': limitSection,
    '<LimitExcept': limitSection,
    ...serverDirectives,
    ...dirDirectives,
    ...otherDirectives,
  },
  createServerConfig: createCoreServerConfig,
  mergeServerConfig: mergeCoreServerConfig,
  createDirConfig: (): CoreDirConfig => ({}),
  mergeDirConfig: mergeCoreDirConfig,
  hooks: coreHooks,
});
