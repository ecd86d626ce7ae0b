/** How much the server says about itself: the values of ServerTokens. */
export type ServerTokens = 'Prod' | 'Major' | 'Minor' | 'Min' | 'OS' | 'Full';

/**
 * The release of httpd whose behaviour this gateway has. Applications and clients compare the Server header and
 * SERVER_SOFTWARE, so a drop-in says what it stands in for.
 */
export const HTTPD_VERSION = '2.4.71';

const [MAJOR, MINOR] = HTTPD_VERSION.split('.');

/** Value of the Server header and of SERVER_SOFTWARE. @source httpd server/core.c `set_banner` */
export function serverVersion(tokens: ServerTokens): string {
  switch (tokens) {
    case 'Prod':
      return 'Apache';
    case 'Major':
      return `Apache/${MAJOR}`;
    case 'Minor':
      return `Apache/${MAJOR}.${MINOR}`;
    case 'Min':
      return `Apache/${HTTPD_VERSION}`;
    case 'OS':
    case 'Full':
      return `Apache/${HTTPD_VERSION} (Debian)`;
  }
}

/** What a server says of itself when no ServerTokens limits it. */
export const SERVER_SOFTWARE = serverVersion('Full');
