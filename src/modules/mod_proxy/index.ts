import { modProxy as modProxyCatalogue } from '../../../grammar/catalogue/mod_proxy.ts';
import { defineModule, type Module } from '../module.ts';
import { balancerMember, proxySection, proxySet } from './balancer-directives.ts';
import {
  createProxyServerConfig,
  mergeProxyDirConfig,
  mergeProxyServerConfig,
  type ProxyDirConfig,
  type ProxyServerConfig,
} from './config.ts';
import {
  balancerInherit,
  otherDirectives,
  proxyBlock,
  proxyDomain,
  proxyErrorOverride,
  proxyIOBufferSize,
  proxyMaxForwards,
  proxyPassInherit,
  proxyPassInterpolateEnv,
  proxyReceiveBufferSize,
  proxySourceAddress,
  proxyTimeout,
} from './directives.ts';
import { proxyHooks } from './hooks.ts';
import { proxyPass, proxyPassMatch } from './proxy-pass.ts';

/** Which requests go to a backend, and which backend that is. The schemes' own modules speak with it. */
export const modProxy: Module<ProxyServerConfig, ProxyDirConfig> = defineModule(modProxyCatalogue, {
  directives: {
    '<Proxy': proxySection,
    '<ProxyMatch': { structural: true },
    ProxyPass: proxyPass,
    ProxyPassMatch: proxyPassMatch,
    BalancerMember: balancerMember,
    ProxySet: proxySet,
    ProxyTimeout: proxyTimeout,
    ProxyIOBufferSize: proxyIOBufferSize,
    ProxyReceiveBufferSize: proxyReceiveBufferSize,
    ProxyMaxForwards: proxyMaxForwards,
    ProxyPassInterpolateEnv: proxyPassInterpolateEnv,
    BalancerInherit: balancerInherit,
    ProxyPassInherit: proxyPassInherit,
    ProxyDomain: proxyDomain,
    ProxyBlock: proxyBlock,
    ProxySourceAddress: proxySourceAddress,
    ProxyErrorOverride: proxyErrorOverride,
    ...otherDirectives,
  },
  createServerConfig: createProxyServerConfig,
  mergeServerConfig: mergeProxyServerConfig,
  createDirConfig: (): ProxyDirConfig => ({}),
  mergeDirConfig: mergeProxyDirConfig,
  hooks: proxyHooks,
});
