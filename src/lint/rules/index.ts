import type { LintRule } from '../rule.ts';
import { addhandlerAnyExtension } from './addhandler-any-extension.ts';
import { adminEndpointUnprotected } from './admin-endpoint-unprotected.ts';
import { backendtypeGenericWithPhp } from './backendtype-generic-with-php.ts';
import { backrefOutOfRange } from './backref-out-of-range.ts';
import { balancerNoMembers } from './balancer-no-members.ts';
import { chunkedUploadWithoutLength } from './chunked-upload-without-length.ts';
import { directiveNotServed } from './directive-not-served.ts';
import { directoryAclBypassedByProxypass } from './directory-acl-bypassed-by-proxypass.ts';
import { fcgiDefaultPort } from './fcgi-default-port.ts';
import { fcgisetenvifBackrefWithoutCapture } from './fcgisetenvif-backref-without-capture.ts';
import { fcgisetenvifInvalid } from './fcgisetenvif-invalid.ts';
import { flushwaitWithoutAuto } from './flushwait-without-auto.ts';
import { hcheckHttpOnFcgi } from './hcheck-http-on-fcgi.ts';
import { htaccessCanSetHandler } from './htaccess-can-set-handler.ts';
import { ifAlwaysFalse } from './if-always-false.ts';
import { ifmoduleHidesHandler } from './ifmodule-hides-handler.ts';
import { invalidProxyParamValue } from './invalid-proxy-param-value.ts';
import { legacyAccessControl } from './legacy-access-control.ts';
import { locationBroadAfterSpecific } from './location-broad-after-specific.ts';
import { locationMultipleProxypass } from './location-multiple-proxypass.ts';
import { memberNotConfiguredByProxyBlock } from './member-not-configured-by-proxy-block.ts';
import { missingModule } from './missing-module.ts';
import { mixedAccessControl } from './mixed-access-control.ts';
import { modPhpLeftover } from './mod-php-leftover.ts';
import { noProxyNeedsSetenvif } from './no-proxy-needs-setenvif.ts';
import { openForwardProxy } from './open-forward-proxy.ts';
import { paramNoEffectFcgi } from './param-no-effect-fcgi.ts';
import { paramWrongTarget } from './param-wrong-target.ts';
import { phpExtensionGap } from './php-extension-gap.ts';
import { phpMatchUnanchored } from './php-match-unanchored.ts';
import { poolParamsWithoutReuse } from './pool-params-without-reuse.ts';
import { proxyAclNotAppliedToHandler } from './proxy-acl-not-applied-to-handler.ts';
import { proxyAuthorityInjection } from './proxy-authority-injection.ts';
import { proxyBlockWithoutParams } from './proxy-block-without-params.ts';
import { proxypassExclusionAfter } from './proxypass-exclusion-after.ts';
import { proxypassMixedContext } from './proxypass-mixed-context.ts';
import { proxypassShadowed } from './proxypass-shadowed.ts';
import { proxypassTrailingSlashMismatch } from './proxypass-trailing-slash-mismatch.ts';
import { proxypassmatchPassesMissingScript } from './proxypassmatch-passes-missing-script.ts';
import { proxypassmatchPhpNoFileCheck } from './proxypassmatch-php-no-file-check.ts';
import { proxypassmatchUnanchored } from './proxypassmatch-unanchored.ts';
import { proxypassmatchUnusedCapture } from './proxypassmatch-unused-capture.ts';
import { removedOrRenamedDirective } from './removed-or-renamed-directive.ts';
import { retryNoEffect } from './retry-no-effect.ts';
import { reuseIneffective } from './reuse-ineffective.ts';
import { reuseUnbounded } from './reuse-unbounded.ts';
import { rewriteProxyNoWorker } from './rewrite-proxy-no-worker.ts';
import { rewriteProxyUnescapedBackref } from './rewrite-proxy-unescaped-backref.ts';
import { sethandlerMissingProxyPrefix } from './sethandler-missing-proxy-prefix.ts';
import { sethandlerNoWorker } from './sethandler-no-worker.ts';
import { sethandlerUdsMissingScheme } from './sethandler-uds-missing-scheme.ts';
import { sethandlerUrlHasPath } from './sethandler-url-has-path.ts';
import { stickyWithoutRoutes } from './sticky-without-routes.ts';
import { udsAuthorityCollision } from './uds-authority-collision.ts';
import { undefinedVariable } from './undefined-variable.ts';
import { unknownProxyParam } from './unknown-proxy-param.ts';
import { versionGatedFeature } from './version-gated-feature.ts';
import { workerParamsIgnored } from './worker-params-ignored.ts';
import { workerParamsOverwritten } from './worker-params-overwritten.ts';
import { workerUrlMismatch } from './worker-url-mismatch.ts';

/** Every lint rule, in the order of the catalogue: routing, handlers, parameters, balancers, environment, security, leftovers. */
export const RULES: readonly LintRule[] = [
  proxypassShadowed,
  proxypassExclusionAfter,
  proxypassMixedContext,
  noProxyNeedsSetenvif,
  proxypassTrailingSlashMismatch,
  locationMultipleProxypass,
  locationBroadAfterSpecific,
  proxypassmatchUnanchored,
  proxypassmatchUnusedCapture,
  backrefOutOfRange,
  proxypassmatchPhpNoFileCheck,
  rewriteProxyNoWorker,
  sethandlerMissingProxyPrefix,
  sethandlerUdsMissingScheme,
  sethandlerUrlHasPath,
  sethandlerNoWorker,
  workerUrlMismatch,
  proxyBlockWithoutParams,
  udsAuthorityCollision,
  fcgiDefaultPort,
  workerParamsIgnored,
  workerParamsOverwritten,
  missingModule,
  ifmoduleHidesHandler,
  unknownProxyParam,
  invalidProxyParamValue,
  paramWrongTarget,
  paramNoEffectFcgi,
  flushwaitWithoutAuto,
  poolParamsWithoutReuse,
  reuseIneffective,
  reuseUnbounded,
  retryNoEffect,
  chunkedUploadWithoutLength,
  balancerNoMembers,
  memberNotConfiguredByProxyBlock,
  stickyWithoutRoutes,
  hcheckHttpOnFcgi,
  fcgisetenvifInvalid,
  fcgisetenvifBackrefWithoutCapture,
  backendtypeGenericWithPhp,
  ifAlwaysFalse,
  undefinedVariable,
  directoryAclBypassedByProxypass,
  proxyAclNotAppliedToHandler,
  openForwardProxy,
  phpExtensionGap,
  phpMatchUnanchored,
  addhandlerAnyExtension,
  proxypassmatchPassesMissingScript,
  proxyAuthorityInjection,
  rewriteProxyUnescapedBackref,
  adminEndpointUnprotected,
  htaccessCanSetHandler,
  legacyAccessControl,
  mixedAccessControl,
  modPhpLeftover,
  removedOrRenamedDirective,
  directiveNotServed,
  versionGatedFeature,
];

const byName = new Map(RULES.map((rule) => [rule.name, rule]));

export function findRule(name: string): LintRule | undefined {
  return byName.get(name);
}
