import { modSsl as catalogue } from '../../../grammar/catalogue/mod_ssl.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';
import { firstArg } from '../core/bind-checks.ts';
import { defineModule, type BindContext } from '../module.ts';
import { all, directory, file, globalOnly, never, number, oneOf, refuse } from './checks.ts';
import { isNot, isOn, tunes, unserved } from './unserved.ts';
import { statOf } from '../../source/stat.ts';

const PROTOCOLS: ReadonlySet<string> = new Set(['all', 'tlsv1', 'tlsv1.1', 'tlsv1.2', 'tlsv1.3']);

/** @source httpd modules/ssl/ssl_engine_config.c `ssl_cmd_protocol_parse` */
function checkProtocols(ctx: BindContext, node: DirectiveNode): void {
  for (const word of node.args) {
    const isRemoved = word.text.startsWith('-');
    const name = word.text.replace(/^[+-]/, '');
    const lower = name.toLowerCase();
    if (lower === 'sslv2' || lower === 'sslv3') {
      if (isRemoved) continue;
      const why =
        lower === 'sslv2'
          ? `${node.name.text}: SSLv2 is no longer supported`
          : 'SSLv3 not supported by this version of OpenSSL';
      return ctx.error(word, why);
    }
    if (!PROTOCOLS.has(lower)) return ctx.error(word, `${node.name.text}: Illegal protocol '${name}'`);
  }
}

const OPTIONS: ReadonlySet<string> = new Set([
  'stdenvvars',
  'exportcertdata',
  'fakebasicauth',
  'strictrequire',
  'optrenegotiate',
  'legacydnstringformat',
]);

function checkOptions(ctx: BindContext, node: DirectiveNode): void {
  for (const word of node.args) {
    const name = word.text.replace(/^[+-]/, '');
    if (!OPTIONS.has(name.toLowerCase())) return ctx.error(word, `SSLOptions: Illegal option '${name}'`);
  }
}

/** Two arguments name the protocol first. */
function checkCipherSuite(ctx: BindContext, node: DirectiveNode): void {
  const [protocol, suite] = node.args;
  if (protocol && suite && !/^(?:ssl|tlsv1\.3)$/i.test(protocol.text)) {
    ctx.error(protocol, `protocol '${protocol.text}' not supported`);
  }
}

/** @source httpd modules/ssl/ssl_engine_config.c `ssl_cmd_SSLSessionCache` */
function checkCache(what: string) {
  return (ctx: BindContext, node: DirectiveNode): void => {
    const word = firstArg(node);
    if (what === 'session' && /^none(?:notnull)?$/i.test(word.text)) return;
    const [, provider, rest] = /^([^:]*)(?::(.*))?$/s.exec(word.text)!;
    if (!/^(?:shmcb|dbm|memcache|redis|default)$/.test(provider!)) {
      return ctx.error(word, `${node.name.text}: '${provider}' ${what} cache not supported`);
    }
    if (provider !== 'shmcb' || !rest?.includes('(')) return;
    const size = /\(([0-9]+)\)$/.exec(rest);
    if (!size) {
      const why =
        'Invalid argument: no closing parenthesis or cache size missing after pathname with parenthesis';
      return ctx.error(word, `${node.name.text}: ${why}`);
    }
    if (Number(size[1]) < 8192)
      ctx.error(word, `${node.name.text}: Invalid argument: size has to be >= 8192 bytes`);
  };
}

/** Names of OpenSSL's `SSL_CONF_cmd` for files that OpenSSL 3.0 knows. */
const CONF_COMMANDS: ReadonlySet<string> = new Set(
  (
    'ciphersuites cipherstring curves groups dhparameters ecdhparameters maxprotocol minprotocol protocol ' +
    'signaturealgorithms clientsignaturealgorithms options verifymode certificate privatekey serverinfofile ' +
    'chaincapath chaincafile verifycapath verifycafile requestcafile clientcafile requestcapath clientcapath ' +
    'recordpadding numtickets verifycastore requestcastore chaincastore'
  ).split(' '),
);

const CONF_FILES: ReadonlySet<string> = new Set(
  'dhparameters certificate privatekey serverinfofile chaincafile verifycafile requestcafile clientcafile'.split(
    ' ',
  ),
);

function checkConfCmd(ctx: BindContext, node: DirectiveNode): void {
  const [command, value] = node.args;
  if (!command || !value) return;
  const lower = command.text.toLowerCase();
  if (!CONF_COMMANDS.has(lower))
    return ctx.error(command, `'${command.text}': invalid OpenSSL configuration command`);
  if (!ctx.mayTouchDisk) return;
  const found = statOf(ctx.serverRootRelative(value.text));
  if (CONF_FILES.has(lower) && (!found?.isFile() || found.size === 0))
    ctx.error(value, `SSLOpenSSLConfCmd: file '${value.text}' does not exist or is empty`);
  else if (lower.endsWith('path') && !found?.isDirectory())
    ctx.error(value, `SSLOpenSSLConfCmd: directory '${value.text}' does not exist`);
}

/** OpenSSL has one set of authorities for a connection. */
function notForDirectory(ctx: BindContext, node: DirectiveNode): boolean {
  return (
    ctx.path !== undefined && refuse(ctx, node, 'Your SSL library does not have support for per-directory CA')
  );
}

function exists(ctx: BindContext, path: string): boolean {
  return !ctx.mayTouchDisk || statOf(ctx.serverRootRelative(path)) !== undefined;
}

function checkRandomSeed(ctx: BindContext, node: DirectiveNode): void {
  const [context, source, bytes] = node.args;
  if (!context || !source) return;
  if (!/^(?:startup|connect)$/i.test(context.text)) {
    return ctx.error(context, `SSLRandomSeed: invalid context: \`${context.text}'`);
  }
  if (/^egd:/i.test(source.text)) {
    const why = 'This version of OpenSSL does not support the Entropy Gathering Daemon (EGD).';
    return ctx.error(source, `Invalid SSLRandomSeed entropy source \`${source.text}': ${why}`);
  }
  if (/^builtin$/i.test(source.text)) {
    if (bytes) ctx.error(bytes, 'SSLRandomSeed: byte specification not allowed for builtin seed source');
    return;
  }
  const path = source.text.replace(/^(?:file|exec):/i, '');
  if (!exists(ctx, path))
    ctx.error(source, `SSLRandomSeed: source path '${ctx.serverRootRelative(path)}' does not exist`);
  else if (bytes && !/^[0-9]+$/.test(bytes.text))
    ctx.error(bytes, 'SSLRandomSeed: invalid number of bytes specified');
}

function checkPassPhraseDialog(ctx: BindContext, node: DirectiveNode): void {
  const word = firstArg(node);
  if (word.text === 'builtin' || (/^\|/.test(word.text) && word.text.length > 2)) return;
  if (!/^exec:/.test(word.text)) return ctx.error(word, 'SSLPassPhraseDialog: Invalid argument');
  const path = word.text.slice('exec:'.length).split(' ')[0]!;
  if (!exists(ctx, path)) ctx.error(word, `SSLPassPhraseDialog: file '${path}' does not exist`);
}

/** The words of a line: first one of some, then flags. */
function wordsOf(first: readonly string[], ...flags: readonly string[]) {
  return (ctx: BindContext, node: DirectiveNode): void => {
    const [word, ...rest] = node.args;
    if (!word || !first.includes(word.text.toLowerCase())) {
      return ctx.error(word ?? node, `${node.name.text}: Invalid argument '${word?.text ?? ''}'`);
    }
    const bad = rest.find(({ text }) => !flags.includes(text.toLowerCase()));
    if (bad) ctx.error(bad, `${node.name.text}: Invalid argument '${bad.text}'`);
  };
}

function atLeastZero(ctx: BindContext, node: DirectiveNode): unknown {
  return number(`${node.name.text}: invalid argument`, 0)(ctx, node);
}

function checkVerify(ctx: BindContext, node: DirectiveNode): unknown {
  const words = ['none', 'off', 'optional', 'require', 'on', 'optional_no_ca'];
  return oneOf(`${node.name.text}: Invalid argument '{}'`, ...words)(ctx, node);
}

function checkDepth(ctx: BindContext, node: DirectiveNode): unknown {
  return number(`${node.name.text}: Invalid argument '{}'`, 0)(ctx, node);
}

const revocation = wordsOf(['none', 'leaf', 'chain'], 'no_crl_for_cert_ok');

/** TLS, of which only the lines are checked. */
export const modSsl = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('TLS'),
    {
      SSLEngine: { notServed: 'Connections are not encrypted.', matters: isNot('off'), security: true },
      SSLVerifyClient: {
        notServed: 'Clients are not asked for a certificate.',
        matters: (node) => isNot('none')(node) && isNot('off')(node),
        security: true,
      },
      SSLRequireSSL: { notServed: 'Requests over plain connections are not refused.', security: true },
      SSLRequire: { notServed: 'The condition is not checked.', security: true },
      SSLUserName: { notServed: 'REMOTE_USER is not set from the certificate.' },
      SSLOptions: { notServed: 'Applications get no SSL variables.' },
      SSLProxyEngine: { notServed: 'Backends are not spoken to over TLS.', matters: isOn },
      SSLProxyVerify: {
        notServed: "Backends' certificates are not checked.",
        matters: (node) => isNot('none')(node) && isNot('off')(node),
        security: true,
      },
    },
    {
      SSLEngine: oneOf('Argument must be On or Off', 'on', 'off', 'optional'),
      SSLProtocol: checkProtocols,
      SSLProxyProtocol: checkProtocols,
      SSLOptions: checkOptions,
      SSLCipherSuite: checkCipherSuite,
      SSLProxyCipherSuite: checkCipherSuite,
      SSLSessionCache: all(globalOnly, checkCache('session')),
      SSLStaplingCache: all(globalOnly, checkCache('stapling')),
      SSLRandomSeed: all(globalOnly, checkRandomSeed),
      SSLPassPhraseDialog: all(globalOnly, checkPassPhraseDialog),
      SSLCryptoDevice: all(globalOnly, oneOf('SSLCryptoDevice: Invalid argument', 'builtin', 'dynamic')),
      SSLFIPS: globalOnly,
      SSLOpenSSLConfCmd: checkConfCmd,
      SSLVHostSNIPolicy: oneOf(
        "Invalid SSLVhostSNIPolicy argument '{}'",
        'strict',
        'secure',
        'authonly',
        'insecure',
      ),
      SSLVerifyClient: checkVerify,
      SSLProxyVerify: checkVerify,
      SSLVerifyDepth: checkDepth,
      SSLProxyVerifyDepth: checkDepth,
      SSLCARevocationCheck: revocation,
      SSLProxyCARevocationCheck: revocation,
      SSLOCSPEnable: wordsOf(['on', 'off', 'leaf'], 'no_ocsp_for_cert_ok'),
      SSLCompression: (ctx, node) =>
        isOn(node) &&
        ctx.error(
          node,
          'This version of OpenSSL does not have any compression methods available, cannot enable SSLCompression.',
        ),
      SSLSessionCacheTimeout: number('SSLSessionCacheTimeout: Invalid argument', 0),
      SSLRenegBufferSize: number('Invalid size for SSLRenegBufferSize: {}', 0),
      SSLOCSPResponseTimeSkew: atLeastZero,
      SSLOCSPResponseMaxAge: atLeastZero,
      SSLOCSPResponderTimeout: atLeastZero,
      SSLStaplingResponseTimeSkew: atLeastZero,
      SSLStaplingResponderTimeout: atLeastZero,
      SSLStaplingResponseMaxAge: atLeastZero,
      SSLStaplingStandardCacheTimeout: atLeastZero,
      SSLStaplingErrorCacheTimeout: atLeastZero,
      SSLCertificateFile: file(),
      SSLCertificateKeyFile: file(),
      SSLCertificateChainFile: file(),
      SSLSessionTicketKeyFile: file(),
      SSLCACertificateFile: all(notForDirectory, file()),
      SSLCADNRequestFile: file(),
      SSLCARevocationFile: file(),
      SSLSRPVerifierFile: file(),
      SSLOCSPResponderCertificateFile: file(),
      SSLProxyCACertificateFile: file(),
      SSLProxyCARevocationFile: file(),
      SSLProxyMachineCertificateFile: file(),
      SSLProxyMachineCertificateChainFile: file(),
      SSLCACertificatePath: all(notForDirectory, directory()),
      SSLCADNRequestPath: directory(),
      SSLCARevocationPath: directory(),
      SSLProxyCACertificatePath: directory(),
      SSLProxyCARevocationPath: directory(),
      SSLProxyMachineCertificatePath: directory(),
      SSLLog: never('SSLLog directive is no longer supported - use ErrorLog.'),
      SSLLogLevel: never('SSLLogLevel directive is no longer supported - use LogLevel.'),
    },
  ),
});
