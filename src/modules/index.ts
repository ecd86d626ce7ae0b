import { coreModule } from './core/index.ts';
import { httpCore } from './http_core.ts';
import { modAccessCompat } from './mod_access_compat.ts';
import { modActions } from './mod_actions.ts';
import { modAlias } from './mod_alias/index.ts';
import { modAllowmethods } from './mod_allowmethods.ts';
import { modAuthzCore } from './mod_authz_core/index.ts';
import { modAuthzHost } from './mod_authz_host.ts';
import { modAutoindex } from './mod_autoindex/index.ts';
import { modDir } from './mod_dir.ts';
import { modEnv } from './mod_env.ts';
import { modLbmethodBybusyness } from './mod_lbmethod_bybusyness.ts';
import { modLbmethodByrequests } from './mod_lbmethod_byrequests.ts';
import { modLbmethodBytraffic } from './mod_lbmethod_bytraffic.ts';
import { modLbmethodHeartbeat } from './mod_lbmethod_heartbeat.ts';
import { modLogConfig } from './mod_log_config/index.ts';
import { modMacro } from './mod_macro.ts';
import { modMime } from './mod_mime/index.ts';
import { modNegotiation } from './mod_negotiation/index.ts';
import { modProxy } from './mod_proxy/index.ts';
import { modProxyAjp } from './mod_proxy_ajp.ts';
import { modProxyBalancer } from './mod_proxy_balancer.ts';
import { modProxyConnect } from './mod_proxy_connect.ts';
import { modProxyExpress } from './mod_proxy_express.ts';
import { modProxyFcgi } from './mod_proxy_fcgi/index.ts';
import { modProxyFdpass } from './mod_proxy_fdpass.ts';
import { modProxyFtp } from './mod_proxy_ftp.ts';
import { modProxyHcheck } from './mod_proxy_hcheck.ts';
import { modProxyHtml } from './mod_proxy_html.ts';
import { modProxyHttp } from './mod_proxy_http.ts';
import { modProxyHttp2 } from './mod_proxy_http2.ts';
import { modProxyScgi } from './mod_proxy_scgi.ts';
import { modProxyUwsgi } from './mod_proxy_uwsgi.ts';
import { modProxyWstunnel } from './mod_proxy_wstunnel.ts';
import { modReqtimeout } from './mod_reqtimeout.ts';
import { modSetenvif } from './mod_setenvif/index.ts';
import { modSo } from './mod_so.ts';
import { modUniqueId } from './mod_unique_id.ts';
import { modUnixd } from './mod_unixd.ts';
import { modUserdir } from './mod_userdir.ts';
import { modVersion } from './mod_version.ts';
import { modVhostAlias } from './mod_vhost_alias.ts';
import { mpmEvent, mpmPrefork, mpmWorker } from './mpm/index.ts';
import { modAuthBasic } from './unserved/mod_auth_basic.ts';
import { modAuthDigest } from './unserved/mod_auth_digest.ts';
import { modAuthForm } from './unserved/mod_auth_form.ts';
import { modAuthnAnon } from './unserved/mod_authn_anon.ts';
import { modAuthnCore } from './unserved/mod_authn_core.ts';
import { modAuthnDbd } from './unserved/mod_authn_dbd.ts';
import { modAuthnDbm } from './unserved/mod_authn_dbm.ts';
import { modAuthnFile } from './unserved/mod_authn_file.ts';
import { modAuthnSocache } from './unserved/mod_authn_socache.ts';
import { modAuthnzFcgi } from './unserved/mod_authnz_fcgi.ts';
import { modAuthnzLdap } from './unserved/mod_authnz_ldap.ts';
import { modAuthzDbd } from './unserved/mod_authz_dbd.ts';
import { modAuthzDbm } from './unserved/mod_authz_dbm.ts';
import { modAuthzGroupfile } from './unserved/mod_authz_groupfile.ts';
import { modBrotli } from './unserved/mod_brotli.ts';
import { modBuffer } from './unserved/mod_buffer.ts';
import { modCache } from './unserved/mod_cache.ts';
import { modCacheDisk } from './unserved/mod_cache_disk.ts';
import { modCacheSocache } from './unserved/mod_cache_socache.ts';
import { modCaseFilter } from './unserved/mod_case_filter.ts';
import { modCaseFilterIn } from './unserved/mod_case_filter_in.ts';
import { modCernMeta } from './unserved/mod_cern_meta.ts';
import { modCgi } from './unserved/mod_cgi.ts';
import { modCgid } from './unserved/mod_cgid.ts';
import { modCharsetLite } from './unserved/mod_charset_lite.ts';
import { modDav } from './unserved/mod_dav.ts';
import { modDavFs } from './unserved/mod_dav_fs.ts';
import { modDavLock } from './unserved/mod_dav_lock.ts';
import { modDbd } from './unserved/mod_dbd.ts';
import { modDeflate } from './unserved/mod_deflate.ts';
import { modDialup } from './unserved/mod_dialup.ts';
import { modDumpio } from './unserved/mod_dumpio.ts';
import { modEcho } from './unserved/mod_echo.ts';
import { modExpires } from './unserved/mod_expires.ts';
import { modExtFilter } from './unserved/mod_ext_filter.ts';
import { modFileCache } from './unserved/mod_file_cache.ts';
import { modFilter } from './unserved/mod_filter.ts';
import { modHeaders } from './unserved/mod_headers.ts';
import { modHeartbeat } from './unserved/mod_heartbeat.ts';
import { modHeartmonitor } from './unserved/mod_heartmonitor.ts';
import { modHttp2 } from './unserved/mod_http2.ts';
import { modIdent } from './unserved/mod_ident.ts';
import { modImagemap } from './unserved/mod_imagemap.ts';
import { modInclude } from './unserved/mod_include.ts';
import { modInfo } from './unserved/mod_info.ts';
import { modLogDebug } from './unserved/mod_log_debug.ts';
import { modLogForensic } from './unserved/mod_log_forensic.ts';
import { modLogio } from './unserved/mod_logio.ts';
import { modLua } from './unserved/mod_lua.ts';
import { modMd } from './unserved/mod_md.ts';
import { modMimeMagic } from './unserved/mod_mime_magic.ts';
import { modReflector } from './unserved/mod_reflector.ts';
import { modRemoteip } from './unserved/mod_remoteip.ts';
import { modRequest } from './unserved/mod_request.ts';
import { modRewrite } from './unserved/mod_rewrite/index.ts';
import { modSed } from './unserved/mod_sed.ts';
import { modSession } from './unserved/mod_session.ts';
import { modSessionCookie } from './unserved/mod_session_cookie.ts';
import { modSessionCrypto } from './unserved/mod_session_crypto.ts';
import { modSessionDbd } from './unserved/mod_session_dbd.ts';
import { modSocacheMemcache } from './unserved/mod_socache_memcache.ts';
import { modSocacheRedis } from './unserved/mod_socache_redis.ts';
import { modSpeling } from './unserved/mod_speling.ts';
import { modSsl } from './unserved/mod_ssl.ts';
import { modSubstitute } from './unserved/mod_substitute.ts';
import { modSuexec } from './unserved/mod_suexec.ts';
import { modUsertrack } from './unserved/mod_usertrack.ts';
import { modWatchdog } from './unserved/mod_watchdog.ts';
import { modXml2enc } from './unserved/mod_xml2enc.ts';
import { utilLdap } from './unserved/util_ldap.ts';
import {
  modAsis,
  modAuthzOwner,
  modAuthzUser,
  modBucketeer,
  modData,
  modRatelimit,
  modSlotmemPlain,
  modSlotmemShm,
  modSocacheDbm,
  modSocacheShmcb,
  modStatus,
} from './unserved/without-directives.ts';
import type { Module } from './module.ts';

/**
 * Every module the gateway knows: those compiled into Debian's binary, then the shared ones in the order in which its
 * configuration loads them. Where two hooks of a phase have the same class and no word about each other, the load
 * order decides in httpd.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each module has its own config types
export const MODULES: readonly Module<any, any>[] = [
  coreModule,
  modSo,
  modWatchdog,
  httpCore,
  modLogConfig,
  modLogio,
  modVersion,
  modUnixd,
  modAccessCompat,
  modActions,
  modAlias,
  modAllowmethods,
  modAsis,
  modAuthBasic,
  modAuthDigest,
  modAuthForm,
  modAuthnAnon,
  modAuthnCore,
  modAuthnDbd,
  modAuthnDbm,
  modAuthnFile,
  modAuthnSocache,
  modAuthnzFcgi,
  modAuthnzLdap,
  modAuthzCore,
  modAuthzDbd,
  modAuthzDbm,
  modAuthzGroupfile,
  modAuthzHost,
  modAuthzOwner,
  modAuthzUser,
  modAutoindex,
  modBrotli,
  modBucketeer,
  modBuffer,
  modCache,
  modCacheDisk,
  modCacheSocache,
  modCaseFilter,
  modCaseFilterIn,
  modCernMeta,
  modCgi,
  modCgid,
  modCharsetLite,
  modData,
  modDav,
  modDavFs,
  modDavLock,
  modDbd,
  modDeflate,
  modDialup,
  modDir,
  modDumpio,
  modEcho,
  modEnv,
  modExpires,
  modExtFilter,
  modFileCache,
  modFilter,
  modHeaders,
  modHeartbeat,
  modHeartmonitor,
  modHttp2,
  modIdent,
  modImagemap,
  modInclude,
  modInfo,
  modLbmethodBybusyness,
  modLbmethodByrequests,
  modLbmethodBytraffic,
  modLbmethodHeartbeat,
  modLogDebug,
  modLogForensic,
  modLua,
  modMacro,
  modMd,
  modMime,
  modMimeMagic,
  modNegotiation,
  modProxy,
  modProxyAjp,
  modProxyBalancer,
  modProxyConnect,
  modProxyExpress,
  modProxyFcgi,
  modProxyFdpass,
  modProxyFtp,
  modProxyHcheck,
  modProxyHtml,
  modProxyHttp,
  modProxyHttp2,
  modProxyScgi,
  modProxyUwsgi,
  modProxyWstunnel,
  modRatelimit,
  modReflector,
  modRemoteip,
  modReqtimeout,
  modRequest,
  modRewrite,
  modSed,
  modSession,
  modSessionCookie,
  modSessionCrypto,
  modSessionDbd,
  modSetenvif,
  modSlotmemPlain,
  modSlotmemShm,
  modSocacheDbm,
  modSocacheMemcache,
  modSocacheRedis,
  modSocacheShmcb,
  modSpeling,
  modSsl,
  modStatus,
  modSubstitute,
  modSuexec,
  modUniqueId,
  modUserdir,
  modUsertrack,
  modVhostAlias,
  modXml2enc,
  mpmEvent,
  mpmPrefork,
  mpmWorker,
  utilLdap,
];
