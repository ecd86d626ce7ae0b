import { DEFAULT_FRONT_SETTINGS, DEFAULT_READ_TIMEOUTS, type FrontSettings } from '../http1/settings.ts';
import type { ServerRecord } from '../pipeline/server.ts';
import { coreServer } from './core/access.ts';
import { httpCore } from './http_core.ts';
import { modReqtimeout } from './mod_reqtimeout.ts';

const made = new WeakMap<ServerRecord, FrontSettings>();

/** What the modules' config of a server says to the front. */
export function frontSettings(server: ServerRecord): FrontSettings {
  let settings = made.get(server);
  if (settings === undefined) {
    settings = makeSettings(server);
    made.set(server, settings);
  }
  return settings;
}

function makeSettings(server: ServerRecord): FrontSettings {
  const core = coreServer(server);
  const http = httpCore.server(server);
  // A module that is not loaded has no config; the limits hold all the same.
  const timeouts = modReqtimeout.server(server) as ReturnType<typeof modReqtimeout.server> | undefined;
  const standard = DEFAULT_FRONT_SETTINGS;
  return {
    limitRequestLine: core.limitRequestLine ?? standard.limitRequestLine,
    limitRequestFieldSize: core.limitRequestFieldSize ?? standard.limitRequestFieldSize,
    limitRequestFields: core.limitRequestFields ?? standard.limitRequestFields,
    isStrict: core.strictProtocol ?? standard.isStrict,
    allows09: core.allow09 ?? standard.allows09,
    lenientMethods: core.lenientMethods ?? standard.lenientMethods,
    registeredMethods: core.registeredMethods,
    timeoutMs: (core.timeoutSeconds ?? standard.timeoutMs / 1000) * 1000,
    keepAlive: http.keepAlive ?? standard.keepAlive,
    keepAliveTimeoutMs: http.keepAliveTimeoutMs ?? standard.keepAliveTimeoutMs,
    maxKeepAliveRequests: http.maxKeepAliveRequests ?? standard.maxKeepAliveRequests,
    readTimeouts: {
      handshake: timeouts?.handshake ?? DEFAULT_READ_TIMEOUTS.handshake,
      header: timeouts?.header ?? DEFAULT_READ_TIMEOUTS.header,
      body: timeouts?.body ?? DEFAULT_READ_TIMEOUTS.body,
    },
  };
}
