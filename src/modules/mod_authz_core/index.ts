import { modAuthzCore as catalogue } from '../../../grammar/catalogue/mod_authz_core.ts';
import { logRequest } from '../../pipeline/log.ts';
import { hook } from '../../pipeline/phases.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { DECLINED, OK, type HookResult } from '../../pipeline/status.ts';
import type { DirectiveNode, SectionNode } from '../../syntax/tree.ts';
import {
  defineModule,
  type ApplyContext,
  type BindContext,
  type InlineSection,
  type Module,
} from '../module.ts';
import { bindAlias, requirementOfAlias } from './aliases.ts';
import { authzFacts, evaluateAuthz, onlyNegative, type AuthzSection, type AuthzStatus } from './logic.ts';
import { bindRequirement, requirementCheck, requirementPreparation, type Requirement } from './providers.ts';

/** The requirements of one scope; `open` are the sections that lines are being added to, innermost last. */
interface AuthzDirConfig {
  section?: AuthzSection;
  readonly open: AuthzSection[];
  merging?: 'off' | 'and' | 'or';
  forbidsOnFailure?: boolean;
}

/** The outermost sections of all scopes of a server. */
interface AuthzServerConfig {
  readonly roots: AuthzSection[];
}

interface Into {
  readonly server: AuthzServerConfig;
  readonly dir: AuthzDirConfig;
}

interface BoundRequire {
  readonly isNegated: boolean;
  readonly requirement: Requirement;
  readonly needsRemoteHost: boolean;
}

/** What the container around a line is; the outermost is an implicit RequireAny. */
function enclosing(ctx: BindContext): 'all' | 'any' | 'none' {
  const name = ctx.inlineSections.findLast((section) => section.startsWith('require'));
  return name === 'requireall' ? 'all' : name === 'requirenone' ? 'none' : 'any';
}

const SECTION_LABELS = { all: '<RequireAll>', any: '<RequireAny>', none: '<RequireNone>' } as const;

function bindRequire(ctx: BindContext, node: DirectiveNode): BoundRequire | undefined {
  const isNegated = node.args[0]?.text.toLowerCase() === 'not' && node.args[0].quote === undefined;
  const provider = node.args[isNegated ? 1 : 0];
  if (!provider) return ctx.error(node, 'Unknown Authz provider: ');
  const requirement =
    requirementOfAlias(ctx, provider.text) ??
    bindRequirement(ctx, node, provider, restAfter(ctx, node, isNegated ? 2 : 1));
  if (!requirement) return undefined;
  const container = enclosing(ctx);
  if (isNegated && container !== 'all') {
    return ctx.error(
      node,
      `negative Require directive has no effect in ${SECTION_LABELS[container]} directive`,
      'put it into <RequireAll>',
    );
  }
  return { isNegated, requirement, needsRemoteHost: requirement.kind === 'host' };
}

/** The raw rest of the line after its first words. */
function restAfter(ctx: BindContext, node: DirectiveNode, count: number) {
  let at = 0;
  for (let i = 0; i < count; i++) {
    while (/\s/.test(node.argsText[at] ?? '')) at++;
    const quote = node.argsText[at];
    if (quote === '"' || quote === "'") {
      const close = node.argsText.indexOf(quote, at + 1);
      at = close < 0 ? node.argsText.length : close + 1;
    } else {
      while (at < node.argsText.length && !/\s/.test(node.argsText[at]!)) at++;
    }
  }
  while (/\s/.test(node.argsText[at] ?? '')) at++;
  return ctx.rawWord(node, at);
}

/** The implicit container of a scope; new ones are noted for the check of the whole configuration. */
function rootOf({ server, dir }: Into, ctx: ApplyContext): AuthzSection {
  if (!dir.section) {
    dir.section = { kind: 'any', children: [], limit: 'children', span: undefined };
    if (!ctx.inHtaccess) server.roots.push(dir.section);
  }
  return dir.section;
}

function container(
  kind: 'all' | 'any' | 'none',
): InlineSection<AuthzServerConfig, AuthzDirConfig, { readonly kind: 'all' | 'any' | 'none' }> {
  return {
    bindSection: (ctx, node) => bindContainer(ctx, node, kind),
    open: (into, _value, ctx) => {
      const section: AuthzSection = { kind, children: [], limit: ctx.limit, span: ctx.span };
      (into.dir.open.at(-1) ?? rootOf(into, ctx)).children.push(section);
      into.dir.open.push(section);
    },
    close: ({ dir }) => {
      dir.open.pop();
    },
  };
}

function bindContainer(ctx: BindContext, node: SectionNode, kind: 'all' | 'any' | 'none') {
  const label = SECTION_LABELS[kind];
  if (node.argsText.trim() !== '')
    return ctx.error(node, `${label} directive doesn't take additional arguments`);
  if (node.children.length === 0)
    return ctx.error(node, `${label} directive contains no authorization directives`);
  if (kind === 'none' && enclosing(ctx) !== 'all') {
    return ctx.error(
      node,
      `<RequireNone> directive has no effect in ${SECTION_LABELS[enclosing(ctx)]} directive`,
      'put it into <RequireAll>',
    );
  }
  return { kind };
}

/** Joins the inner scope's requirements to the outer ones by AuthMerging. @source `merge_authz_core_dir_config` */
function mergeAuthz(base: AuthzDirConfig, add: AuthzDirConfig): AuthzDirConfig {
  const forbidsOnFailure = add.forbidsOnFailure ?? base.forbidsOnFailure;
  const common = {
    open: [],
    ...(add.merging && { merging: add.merging }),
    ...(forbidsOnFailure !== undefined && { forbidsOnFailure }),
  };
  if (add.merging === undefined && !add.section && base.section) return { ...common, section: base.section };
  if (add.merging === undefined || add.merging === 'off' || (!base.section && !add.section)) {
    return add.section ? { ...common, section: add.section } : common;
  }
  const children = [base.section, add.section].filter((section) => section !== undefined);
  return {
    ...common,
    section: { kind: add.merging === 'and' ? 'all' : 'any', children, limit: undefined, span: undefined },
  };
}

/** @source httpd mod_authz_core.c `authorize_user_core` */
function authorize(req: RequestRecord, isAfterAuthentication: boolean): HookResult | Promise<HookResult> {
  const config = modAuthzCore.dir(req);
  if (!config?.section) return OK;
  const { section } = config;
  const { preparations, verdict } = authzFacts(section, req);
  if (verdict) return conclude(req, config, verdict, isAfterAuthentication);
  if (preparations.length === 0) return decide(req, config, section, isAfterAuthentication);
  return Promise.all(preparations.map((prepare) => prepare(req))).then(() =>
    decide(req, config, section, isAfterAuthentication),
  );
}

function decide(
  req: RequestRecord,
  config: AuthzDirConfig,
  section: AuthzSection,
  isAfterAuthentication: boolean,
): HookResult {
  return conclude(req, config, evaluateAuthz(req, section, 'all'), isAfterAuthentication);
}

function conclude(
  req: RequestRecord,
  config: AuthzDirConfig,
  verdict: AuthzStatus,
  isAfterAuthentication: boolean,
): HookResult {
  switch (verdict) {
    case 'granted':
      return OK;
    case 'deniedNoUser':
      if (!isAfterAuthentication) return DECLINED;
      return refuse(req, config, isAfterAuthentication);
    case 'denied':
    case 'neutral':
      return refuse(req, config, isAfterAuthentication);
    case 'error':
      return 500;
  }
}

function refuse(req: RequestRecord, config: AuthzDirConfig, isAfterAuthentication: boolean): HookResult {
  const what = `${req.filename ?? ''}${req.filename === undefined ? req.uri : ''}`;
  if (!isAfterAuthentication || req.authType === undefined) {
    logRequest(req, 'error', 'authz_core', 'AH01630', `client denied by server configuration: ${what}`);
    return 403;
  }
  logRequest(
    req,
    'error',
    'authz_core',
    'AH01631',
    `user ${req.user ?? ''}: authorization failure for "${req.uri}": `,
  );
  return config.forbidsOnFailure === true ? 403 : 401;
}

/** Who may have what: `Require` and its containers. */
export const modAuthzCore: Module<AuthzServerConfig, AuthzDirConfig> = defineModule(catalogue, {
  directives: {
    '<AuthzProviderAlias': {
      accepted: 'Takes effect through the Require lines that name the alias.',
      bind: bindAlias,
    },
    Require: {
      bind: bindRequire,
      apply: (into: Into, { isNegated, requirement }: BoundRequire, ctx: ApplyContext) => {
        (into.dir.open.at(-1) ?? rootOf(into, ctx)).children.push({
          kind: 'require',
          isNegated,
          limit: ctx.limit,
          check: requirementCheck(requirement),
          isConstant: requirement.kind === 'all',
          ...requirementPreparation(requirement),
          span: ctx.span,
        });
      },
    },
    '<RequireAll': container('all'),
    '<RequireAny': container('any'),
    '<RequireNone': container('none'),
    AuthMerging: {
      bind: (ctx: BindContext, node: DirectiveNode) => {
        const word = node.args[0];
        const lower = word?.text.toLowerCase();
        if (lower === 'off' || lower === 'and' || lower === 'or') return lower;
        return ctx.error(word ?? node, 'AuthMerging must be one of: Off | And | Or');
      },
      apply: ({ dir }, merging: 'off' | 'and' | 'or') => {
        dir.merging = merging;
      },
    },
    AuthzSendForbiddenOnFailure: {
      bind: (_ctx: BindContext, node: DirectiveNode) => node.args[0]?.text.toLowerCase() === 'on',
      apply: ({ dir }, isOn: boolean) => {
        dir.forbidsOnFailure = isOn;
      },
    },
  },
  createServerConfig: (): AuthzServerConfig => ({ roots: [] }),
  mergeServerConfig: (_base, add) => add,
  createDirConfig: (): AuthzDirConfig => ({ open: [] }),
  mergeDirConfig: mergeAuthz,
  postConfig: (plan, report) => {
    const roots = new Set(plan.servers.flatMap((server) => modAuthzCore.server(server).roots));
    for (const root of roots) {
      const found = onlyNegative(root);
      if (!found) continue;
      report(
        `${SECTION_LABELS[found.kind]} directive contains only negative authorization directives`,
        found.span,
      );
    }
  },
  hooks: [
    hook('accessCheckerEx', (req) => authorize(req, false)),
    hook('authChecker', (req) => authorize(req, true)),
  ],
});
