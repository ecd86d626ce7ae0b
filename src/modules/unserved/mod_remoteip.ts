import { modRemoteip as catalogue } from '../../../grammar/catalogue/mod_remoteip.ts';
import { defineModule } from '../module.ts';
import { all, readableFile, subnets } from './checks.ts';
import { isOn, unserved } from './unserved.ts';

export const modRemoteip = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'Takes effect through RemoteIPHeader or RemoteIPProxyProtocol.' },
    {
      RemoteIPHeader: {
        notServed: "The client's address stays that of the nearest proxy, in access rules too.",
        security: true,
      },
      RemoteIPProxyProtocol: {
        notServed: 'The PROXY header is not understood: such connections are answered 400.',
        matters: isOn,
      },
    },
    {
      RemoteIPTrustedProxy: subnets('RemoteIP: Error parsing IP {} for RemoteIPTrustedProxy'),
      RemoteIPInternalProxy: subnets('RemoteIP: Error parsing IP {} for RemoteIPInternalProxy'),
      RemoteIPTrustedProxyList: readableFile(),
      RemoteIPInternalProxyList: readableFile(),
      RemoteIPProxyProtocolExceptions: all(
        (ctx, node) =>
          !node.args[0]?.text && ctx.error(node, 'RemoteIPProxyProtocolExceptions requires an argument'),
        subnets("ip address '{}' appears to be invalid"),
      ),
    },
  ),
});
