import type { LintRule } from '../rule.ts';
import { addhandlerAnyExtension } from './addhandler-any-extension.ts';
import { adminEndpointUnprotected } from './admin-endpoint-unprotected.ts';
import { backrefOutOfRange } from './backref-out-of-range.ts';
import { balancerNoMembers } from './balancer-no-members.ts';
import { directiveNotServed } from './directive-not-served.ts';
import { directoryAclBypassedByProxypass } from './directory-acl-bypassed-by-proxypass.ts';
import { fcgiDefaultPort } from './fcgi-default-port.ts';
import { fcgisetenvifInvalid } from './fcgisetenvif-invalid.ts';
import { ifmoduleHidesHandler } from './ifmodule-hides-handler.ts';
import { invalidProxyParamValue } from './invalid-proxy-param-value.ts';
import { locationBroadAfterSpecific } from './location-broad-after-specific.ts';
import { locationMultipleProxypass } from './location-multiple-proxypass.ts';
import { missingModule } from './missing-module.ts';
import { mixedAccessControl } from './mixed-access-control.ts';
import { modPhpLeftover } from './mod-php-leftover.ts';
import { noProxyNeedsSetenvif } from './no-proxy-needs-setenvif.ts';
import { openForwardProxy } from './open-forward-proxy.ts';
import { paramWrongTarget } from './param-wrong-target.ts';
import { phpExtensionGap } from './php-extension-gap.ts';
import { phpMatchUnanchored } from './php-match-unanchored.ts';
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
import { reuseUnbounded } from './reuse-unbounded.ts';
import { rewriteProxyNoWorker } from './rewrite-proxy-no-worker.ts';
import { sethandlerMissingProxyPrefix } from './sethandler-missing-proxy-prefix.ts';
import { sethandlerNoWorker } from './sethandler-no-worker.ts';
import { sethandlerUdsMissingScheme } from './sethandler-uds-missing-scheme.ts';
import { sethandlerUrlHasPath } from './sethandler-url-has-path.ts';
import { udsAuthorityCollision } from './uds-authority-collision.ts';
import { unknownProxyParam } from './unknown-proxy-param.ts';
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
  reuseUnbounded,
  balancerNoMembers,
  fcgisetenvifInvalid,
  directoryAclBypassedByProxypass,
  openForwardProxy,
  phpExtensionGap,
  phpMatchUnanchored,
  addhandlerAnyExtension,
  proxypassmatchPassesMissingScript,
  proxyAuthorityInjection,
  adminEndpointUnprotected,
  mixedAccessControl,
  modPhpLeftover,
  directiveNotServed,
];

const byName = new Map(RULES.map((rule) => [rule.name, rule]));

export function findRule(name: string): LintRule | undefined {
  return byName.get(name);
}
