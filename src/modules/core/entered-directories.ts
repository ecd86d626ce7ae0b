import type { DirConfig } from '../../pipeline/dir-config.ts';
import type { ServerRecord } from '../../pipeline/server.ts';
import { ownText } from '../../source/remembering.ts';

/** The state in which a directory walk enters a directory, where nothing but its path decides that. */
export interface Entered {
  /** With its slash. */
  readonly directory: string;
  /** How many directories it lies below the root. */
  readonly level: number;
  /** The sections of all levels merged; undefined: none matched. */
  readonly matched: DirConfig | undefined;
  /** The same laid over the server's defaults. */
  readonly config: DirConfig;
  /** The first of the server's sections that no level has come to. */
  readonly nextSection: number;
}

/** How many directories of a server are remembered. */
const MOST = 1000;

/**
 * Directories of one server that no access file has a say in, from the root on, and whose links are all followed: what
 * lies on the way need not be looked at again.
 */
class EnteredDirectories {
  readonly #known = new Map<string, Entered>();
  /** Length of the longest path that is known. */
  #longest = 0;

  /** The deepest known directory on the way to a path that `isThere`; without that, all that lead to it are. */
  find(path: string, isThere?: (directory: string) => boolean): Entered | undefined {
    let slash = path.lastIndexOf('/', this.#longest - 1);
    for (; slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const entered = this.#known.get(path.slice(0, slash + 1));
      if (entered && (!isThere || isThere(entered.directory))) return entered;
    }
    return undefined;
  }

  add(entered: Entered): void {
    if (this.#known.size >= MOST) {
      this.#known.clear();
      this.#longest = 0;
    }
    const directory = ownText(entered.directory);
    this.#known.set(directory, { ...entered, directory });
    this.#longest = Math.max(this.#longest, directory.length);
  }
}

const byServer = new WeakMap<ServerRecord, EnteredDirectories>();

/** The directories that walks of this server came to. */
export function enteredDirectories(server: ServerRecord): EnteredDirectories {
  let known = byServer.get(server);
  if (!known) byServer.set(server, (known = new EnteredDirectories()));
  return known;
}
