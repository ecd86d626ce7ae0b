import { modSetenvif as catalogue } from '../../../grammar/catalogue/mod_setenvif.ts';
import { ExprError, noCaptures, type Captures } from '../../expr/context.ts';
import { substitute } from '../../pattern/substitute.ts';
import { exprContext } from '../../pipeline/expr-context.ts';
import { logRequest } from '../../pipeline/log.ts';
import { hook } from '../../pipeline/phases.ts';
import { knownRemoteHost } from '../../pipeline/remote-host.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { DECLINED, type HookResult } from '../../pipeline/status.ts';
import { defineModule, type Module } from '../module.ts';
import {
  createSetEnvIfConfig,
  mergeSetEnvIfConfig,
  type Attribute,
  type Assignment,
  type ExprEntry,
  type MatchEntry,
  type SetEnvIfConfig,
} from './config.ts';
import { setEnvIfDirectives } from './directives.ts';

type Groups = readonly (string | undefined)[];

function specialAttribute(req: RequestRecord, name: string): string | undefined {
  switch (name) {
    case 'remote_addr':
      return req.clientAddress;
    case 'remote_host':
      return knownRemoteHost(req) || req.clientAddress;
    case 'remote_user':
      return req.user;
    case 'request_uri':
      return req.uri;
    case 'request_method':
      return req.method;
    case 'request_protocol':
      return req.protocol;
    default:
      return req.connection.localAddress;
  }
}

function attributeValue(req: RequestRecord, attribute: Attribute): string {
  switch (attribute.kind) {
    case 'special':
      return specialAttribute(req, attribute.name) ?? '';
    case 'headers': {
      const { headersIn } = req;
      for (let i = headersIn.size - 1; i >= 0; i--) {
        if (attribute.pattern.test(headersIn.nameAt(i))) return headersIn.valueAt(i);
      }
      return '';
    }
    case 'named':
      return req.headersIn.get(attribute.name) ?? req.subprocessEnv.get(attribute.name) ?? '';
  }
}

/** Groups of the match; an empty list for a match without groups to use; null: no match. */
function matched(entry: MatchEntry, subject: string): Groups | null {
  if (entry.pattern) return entry.pattern.exec(subject);
  return (entry.caseless ? subject.toLowerCase() : subject).includes(entry.text!) ? [] : null;
}

function assign(req: RequestRecord, assignments: readonly Assignment[], groups: Groups | undefined): void {
  for (const { name, value } of assignments) {
    if (value === undefined) req.subprocessEnv.unset(name);
    else req.subprocessEnv.set(name, groups ? substitute(value, groups) : value);
  }
}

function runCondition(req: RequestRecord, entry: ExprEntry, captures: Captures): void {
  try {
    if (!entry.condition(exprContext(req), captures)) return;
    // With nothing matched there is nothing to put in: `$1` stays as it is written.
    assign(req, entry.assignments, captures.hasFailed ? undefined : captures.groups);
  } catch (error) {
    if (!(error instanceof ExprError)) throw error;
    logRequest(req, 'error', 'setenvif', '', `Failed to evaluate expression: ${error.message}`);
  }
}

/** Sets the variables of every entry that applies. @source httpd modules/metadata/mod_setenvif.c `match_headers` */
function setVariables(req: RequestRecord, config: SetEnvIfConfig): HookResult {
  let value = '';
  // A condition without a match of its own sees the groups of the one before it.
  let captures: Captures | undefined;
  for (const entry of config.entries) {
    if (entry.kind === 'expr') {
      runCondition(req, entry, (captures ??= noCaptures()));
      continue;
    }
    if (!entry.repeatsAttribute) value = attributeValue(req, entry.attribute);
    const groups = matched(entry, value);
    if (groups) assign(req, entry.assignments, entry.pattern ? groups : undefined);
  }
  return DECLINED;
}

/** Variables that depend on the request's head. */
export const modSetenvif: Module<SetEnvIfConfig, SetEnvIfConfig> = defineModule(catalogue, {
  directives: setEnvIfDirectives,
  createServerConfig: createSetEnvIfConfig,
  mergeServerConfig: mergeSetEnvIfConfig,
  createDirConfig: createSetEnvIfConfig,
  mergeDirConfig: mergeSetEnvIfConfig,
  hooks: [
    hook('postReadRequest', (req) => setVariables(req, modSetenvif.server(req.server)), {
      concerns: (server) => modSetenvif.server(server).entries.length > 0,
    }),
    hook('headerParser', (req) => setVariables(req, modSetenvif.dir(req)!), {
      concerns: (_server, dir) => modSetenvif.in(dir) !== undefined,
    }),
  ],
});
