import { escapeHtml } from './html.ts';
import type { RequestRecord } from './request.ts';

/**
 * The paragraphs of httpd's built-in pages, which clients, scanners and tests compare word by word.
 *
 * `{…}` stands for: `method`, `location`, `notes` (what the server adds to explain, note `error-notes`), `variant`,
 * `expectation`.
 */
const TEXTS: ReadonlyMap<number, string> = new Map([
  [301, '<p>The document has moved <a href="{location}">here</a>.</p>\n'],
  [302, '<p>The document has moved <a href="{location}">here</a>.</p>\n'],
  [303, '<p>The answer to your request is located <a href="{location}">here</a>.</p>\n'],
  [
    305,
    '<p>This resource is only accessible through the proxy\n<br />\n' +
      'You will need to configure your client to use that proxy.</p>\n',
  ],
  [307, '<p>The document has moved <a href="{location}">here</a>.</p>\n'],
  [308, '<p>The document has moved <a href="{location}">here</a>.</p>\n'],
  [400, '<p>Your browser sent a request that this server could not understand.<br />\n{notes}</p>\n'],
  [
    401,
    '<p>This server could not verify that you\nare authorized to access the document\nrequested.  Either you supplied the wrong\n' +
      "credentials (e.g., bad password), or your\nbrowser doesn't understand how to supply\nthe credentials required.</p>\n",
  ],
  [403, "<p>You don't have permission to access this resource.{notes}</p>\n"],
  [404, '<p>The requested URL was not found on this server.</p>\n'],
  [405, '<p>The requested method {method} is not allowed for this URL.</p>\n'],
  [
    406,
    '<p>An appropriate representation of the requested resource could not be found on this server.</p>\n{variants}',
  ],
  [408, '<p>Server timeout waiting for the HTTP request from the client.</p>\n'],
  [
    410,
    '<p>The requested resource is no longer available on this server and there is no forwarding address.\n' +
      'Please remove all references to this resource.</p>\n',
  ],
  [
    411,
    '<p>A request of the requested method {method} requires a valid Content-length.<br />\n{notes}</p>\n',
  ],
  [412, '<p>The precondition on the request for this URL evaluated to false.</p>\n'],
  [
    413,
    'The requested resource does not allow request data with {method} requests, or the amount of data provided in\n' +
      'the request exceeds the capacity limit.\n',
  ],
  [414, "<p>The requested URL's length exceeds the capacity\nlimit for this server.<br />\n{notes}</p>\n"],
  [415, '<p>The supplied request data is not in a format\nacceptable for processing by this resource.</p>\n'],
  [
    416,
    '<p>None of the range-specifier values in the Range\nrequest-header field overlap the current extent\n' +
      'of the selected resource.</p>\n',
  ],
  [417, '<p>{expectation}</p><p>Only the 100-continue expectation is supported.</p>\n'],
  [
    421,
    '<p>The client needs a new connection for this\nrequest as the requested host name does not match\n' +
      'the Server Name Indication (SNI) in use for this\nconnection.</p>\n',
  ],
  [
    422,
    '<p>The server understands the media type of the\nrequest entity, but was unable to process the\n' +
      'contained instructions.</p>\n',
  ],
  [
    423,
    '<p>The requested resource is currently locked.\nThe lock must be released or proper identification\n' +
      'given before the method can be applied.</p>\n',
  ],
  [
    424,
    '<p>The method could not be performed on the resource\nbecause the requested action depended on another\n' +
      'action and that other action failed.</p>\n',
  ],
  [
    426,
    '<p>The requested resource can only be retrieved\nusing SSL.  The server is willing to upgrade the current\n' +
      "connection to SSL, but your client doesn't support it.\nEither upgrade your client, or try requesting the page\n" +
      'using https://\n',
  ],
  [428, '<p>The request is required to be conditional.</p>\n'],
  [429, '<p>The user has sent too many requests\nin a given amount of time.</p>\n'],
  [431, '<p>The server refused this request because\nthe request header fields are too large.</p>\n'],
  [451, '<p>Access to this URL has been denied for legal reasons.<br />\n{notes}</p>\n'],
  [501, '<p>{method} not supported for current URL.<br />\n{notes}</p>\n'],
  [
    502,
    '<p>The proxy server received an invalid\r\nresponse from an upstream server.<br />\r\n{notes}</p>\n',
  ],
  [
    503,
    '<p>The server is temporarily unable to service your\nrequest due to maintenance downtime or capacity\n' +
      'problems. Please try again later.</p>\n',
  ],
  [504, '<p>The gateway did not receive a timely response\nfrom the upstream server or application.</p>\n'],
  [
    506,
    '<p>A variant for the requested resource\n<pre>\n{variant}\n</pre>\nis itself a negotiable resource. ' +
      'This indicates a configuration error.</p>\n',
  ],
  [
    507,
    '<p>The method could not be performed on the resource\nbecause the server is unable to store the\n' +
      'representation needed to successfully complete the\nrequest.  There is insufficient free space left in\n' +
      'your storage allocation.</p>\n',
  ],
  [508, '<p>The server terminated an operation because\nit encountered an infinite loop.</p>\n'],
  [
    510,
    '<p>A mandatory extension policy in the request is not\naccepted by the server for this resource.</p>\n',
  ],
  [511, '<p>The client needs to authenticate to gain\nnetwork access.</p>\n'],
]);

const PLACE = /\{(?:location|notes|method|variants|expectation|variant)\}/g;

/** The paragraphs below the heading of the built-in page for `req.status`; `adminAddress` is for faults of the server. */
export function addressedBody(
  req: RequestRecord,
  location: string,
  adminAddress: string | undefined,
): string {
  const { status } = req;
  if (status === 300) return req.notes.get('variant-list') ?? '';
  const text = TEXTS.get(status === 407 ? 401 : status);
  if (text === undefined) return faultOfServer(req, adminAddress);
  return text.includes('{') ? text.replace(PLACE, (place) => fill(place, req, location)) : text;
}

function fill(place: string, req: RequestRecord, location: string): string {
  switch (place) {
    case '{location}':
      return escapeHtml(location);
    case '{method}':
      return escapeHtml(req.method);
    case '{notes}':
      return req.notes.get('error-notes') ?? '';
    case '{variants}':
      return req.notes.get('variant-list') ?? '';
    case '{variant}':
      return escapeHtml(req.notes.get('variant-list') ?? '');
    default:
      return expectation(req.headersIn.get('Expect'));
  }
}

function expectation(expect: string | undefined): string {
  if (expect === undefined)
    return 'No expectation was seen, the Expect request-header \nfield was not presented by the client.\n';
  return (
    'The expectation given in the Expect request-header\nfield could not be met by this server.\n' +
    `The client sent<pre>\n    Expect: ${escapeHtml(expect)}\n</pre>\n`
  );
}

function faultOfServer(req: RequestRecord, adminAddress: string | undefined): string {
  const notes = req.notes.get('error-notes');
  if (req.notes.get('verbose-error-to') === '*' && notes !== undefined) return `${notes}<p />\n`;
  return (
    '<p>The server encountered an internal error or\nmisconfiguration and was unable to complete\nyour request.</p>\n' +
    `<p>Please contact the server administrator at \n ${escapeHtml(adminAddress ?? '[no address given]')} ` +
    'to inform them of the time this error occurred,\n and the actions you performed just before this error.</p>\n' +
    '<p>More information about this error may be available\nin the server error log.</p>\n'
  );
}
