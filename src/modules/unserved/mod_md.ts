import { modMd as catalogue } from '../../../grammar/catalogue/mod_md.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';
import { type BindContext, defineModule } from '../module.ts';
import { statOf } from '../../source/stat.ts';
import { all, eachMatching, matching, number, oneOf } from './checks.ts';
import { tunes, unserved, type Check } from './unserved.ts';

function needs(message: string): Check {
  return (ctx, node) => node.args.length === 0 && ctx.error(node, message);
}

/** The gateway reads `<MDomainSet>` like a directory section. */
function isInSet(ctx: BindContext): boolean {
  return ctx.scope === 'directory';
}

function setOnly(ctx: BindContext, node: DirectiveNode): void {
  if (!isInSet(ctx))
    ctx.error(node, `${node.name.text} is only valid inside a '<MDomainSet' context, not here`);
}

function memberOnly(ctx: BindContext, node: DirectiveNode): void {
  const [word] = node.args;
  if (node.args.length === 1 && /^(?:auto|manual)$/i.test(word!.text)) return;
  if (node.args.length === 1 && !isInSet(ctx)) ctx.error(word!, 'unknown value, use "auto|manual"');
  else setOnly(ctx, node);
}

function externalAccount(ctx: BindContext, node: DirectiveNode): void {
  const [word, secret] = node.args;
  if (!word || secret || word.text.toLowerCase() === 'none' || !ctx.mayTouchDisk) return;
  const path = ctx.serverRootRelative(word.text);
  if (!statOf(path)?.isFile()) {
    ctx.error(word, `MDExternalAccountBinding: file not found: ${path}`);
  }
}

export const modMd = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('managed certificates'),
    {
      MDomain: { notServed: 'Certificates are not fetched or renewed.' },
      MDRequireHttps: { notServed: 'Plain requests are not sent on to https.' },
      '<MDomainSet': { notServed: 'Certificates are not fetched or renewed.' },
      '<MDomain': { notServed: 'Certificates are not fetched or renewed.' },
    },
    {
      MDMustStaple: oneOf("unknown '{}', supported parameter values are 'on' and 'off'", 'on', 'off'),
      MDBaseServer: oneOf("unknown '{}', supported parameter values are 'on' and 'off'", 'on', 'off'),
      MDServerStatus: oneOf("unknown '{}', supported parameter values are 'on' and 'off'", 'on', 'off'),
      MDCertificateStatus: oneOf("unknown '{}', supported parameter values are 'on' and 'off'", 'on', 'off'),
      MDStapling: oneOf("unknown '{}', supported parameter values are 'on' and 'off'", 'on', 'off'),
      MDStapleOthers: oneOf("unknown '{}', supported parameter values are 'on' and 'off'", 'on', 'off'),
      MDProfileMandatory: oneOf("unknown '{}', supported parameter values are 'on' and 'off'", 'on', 'off'),
      MDRenewViaARI: oneOf("unknown '{}', supported parameter values are 'on' and 'off'", 'on', 'off'),
      MDDriveMode: oneOf('unknown MDDriveMode {}', 'auto', 'manual', 'always'),
      MDRenewMode: oneOf('unknown MDDriveMode {}', 'auto', 'manual', 'always'),
      MDRequireHttps: oneOf(
        "unknown '{}', supported parameter values are 'temporary' and 'permanent'",
        'off',
        'temporary',
        'permanent',
      ),
      MDChallengeDns01Version: oneOf('Only versions `1` and `2` are supported', '1', '2'),
      MDMatchNames: oneOf("invalid argument, must be a 'all' or 'servernames'", 'all', 'servernames'),
      MDRetryFailover: number('invalid argument, must be a number > 0', 1),
      MDHttpProxy: matching(/^[a-z][a-z0-9+.-]*:/i, 'missing uri scheme'),
      MDRenewWindow: matching(
        /^-?[0-9]+(?:$|%|d|h|mi|s|ms|us|ns)|^%/,
        'MDRenewWindow has unrecognized format',
      ),
      MDWarnWindow: matching(/^-?[0-9]+(?:$|%|d|h|mi|s|ms|us|ns)|^%/, 'MDWarnWindow has unrecognized format'),
      MDStaplingKeepResponse: matching(
        /^-?[0-9]+(?:$|%|d|h|mi|s|ms|us|ns)|^%/,
        'MDStaplingKeepResponse has unrecognized format',
      ),
      MDStaplingRenewWindow: matching(
        /^-?[0-9]+(?:$|%|d|h|mi|s|ms|us|ns)|^%/,
        'MDStaplingRenewWindow has unrecognized format',
      ),
      MDActivationDelay: matching(/^-?[0-9]+(?:$|d|h|mi|s|ms|us|ns)/, 'unrecognized duration format'),
      MDRetryDelay: all(
        matching(/^-?[0-9]+(?:$|d|h|mi|s|ms|us|ns)/, 'unrecognized duration format'),
        number('minimum delay must be greater than 0', 1),
      ),
      MDInitialDelay: all(
        matching(/^-?[0-9]+(?:$|d|h|mi|s|ms|us|ns)/, 'unrecognized duration format'),
        number('initial delay must not be negative', 0),
      ),
      MDCheckInterval: all(
        matching(/^-?[0-9]+(?:$|d|h|mi|s|ms|us|ns)/, 'unrecognized duration format'),
        number('check interval cannot be less than one second', 1),
      ),
      MDStoreLocks: matching(
        /^(?:on|off)$|^-?[0-9]+(?:$|d|h|mi|s|ms|us|ns)/i,
        "neither 'on', 'off' or a duration specified",
      ),
      MDPortMap: eachMatching(/:/, "no ':' after first port number"),
      MDomain: needs('needs at least one domain name'),
      MDPrivateKeys: needs('needs to specify the private key type'),
      MDMember: memberOnly,
      MDMembers: memberOnly,
      MDCertificateFile: setOnly,
      MDCertificateKeyFile: setOnly,
      MDCertificateAuthority: eachMatching(
        /^[a-z][a-z0-9+.-]*:|^(?:letsencrypt|buypass)(?:-test)?$/i,
        "The CA name '{}' is not known and it is not a URL either (missing uri scheme).",
      ),
      MDExternalAccountBinding: externalAccount,
    },
  ),
});
