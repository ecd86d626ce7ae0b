import { sendErrorResponse as sendPage } from '../../pipeline/error-page.ts';
import { exprContext } from '../../pipeline/expr-context.ts';
import { logRequest } from '../../pipeline/log.ts';
import type { CoreServices } from '../../pipeline/server.ts';
import {
  coreDir,
  coreServer,
  documentRoot,
  limitRequestBody,
  serverAdmin,
  serverSoftware,
} from './access.ts';
import { serverName, serverPort } from './canonical-name.ts';

/** core's part in the pipeline, but for what another module decides. */
export function coreServices(satisfies: CoreServices['satisfies']): CoreServices {
  return {
    satisfies,
    errorDocument: (req, status) => {
      const document = coreDir(req).errorDocuments?.get(status);
      if (!document || document.kind === 'default') return undefined;
      try {
        return { kind: document.kind, text: document.evaluate(exprContext(req)) };
      } catch (error) {
        logRequest(
          req,
          'error',
          'core',
          'AH02841',
          `core: ErrorDocument: can't evaluate require expression: ${String(error)}`,
        );
        return undefined;
      }
    },
    allowEncodedSlashes: (server) => coreServer(server).allowEncodedSlashes ?? 'off',
    mergeSlashes: (server) => coreServer(server).mergeSlashes ?? true,
    redirectLimit: (server) => coreServer(server).redirectLimit ?? 10,
    subrequestLimit: (server) => coreServer(server).subrequestLimit ?? 10,
    serverName,
    serverPort,
    documentRoot,
    serverAdmin,
    serverSoftware,
    looksUpHostnames: (req) => (coreDir(req).hostnameLookups ?? 'off') !== 'off',
    limitRequestBody,
    sendErrorResponse: (req, recursiveError, text, isLate = false) =>
      sendPage(
        req,
        recursiveError,
        text,
        {
          adminAddress: coreServer(req.server).serverAdmin,
          signature: coreDir(req).serverSignature ?? 'off',
          serverVersion: serverSoftware(req.server),
          serverName: serverName(req),
          serverPort: serverPort(req),
          mayTrace: (coreServer(req.server).traceEnable ?? 'on') !== 'off',
        },
        isLate,
      ),
  };
}
