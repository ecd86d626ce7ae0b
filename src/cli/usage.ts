import { COMMANDS } from './commands.ts';

const PROGRAM = 'httpd-gateway';

/** A line that names the products beside the server, if there are any. */
function products(): string {
  return COMMANDS.size === 0 ? '' : `       ${PROGRAM} ${[...COMMANDS.keys()].join('|')} ...\n`;
}

const text = (): string => `Usage: ${PROGRAM} [-D name] [-d directory] [-f file]
                     [-C "directive"] [-c "directive"]
                     [-k start|restart|graceful|graceful-stop|stop]
                     [-v] [-V] [-h] [-l] [-L] [-t] [-T] [-S] [-M] [-X]
                     [--listen ADDR] [--port-map 80:8080,443:8443] [--processes N]
                     [--strict] [--allow-unserved NAME,...] [--log-style text|json]
${products()}Options:
  -f file             : configuration to serve
  -d directory        : ServerRoot until the configuration sets one
  -D name             : name for <IfDefine>; FOREGROUND stays in the foreground
  -C "directive"      : directive to read before the configuration
  -c "directive"      : directive to read after it
  -k action           : start, or tell the running server to restart or stop
  -e level            : how much is said while starting (see LogLevel)
  -E file             : file for what is said while starting
  -t                  : check the configuration and end
  -T                  : start without looking whether each DocumentRoot exists
  -S                  : show virtual hosts and run settings
  -M                  : show modules; also -t -D DUMP_INCLUDES, -t -D DUMP_CONFIG
  -L                  : list the directives, and what becomes of each
  -l                  : list the modules that are always there
  -v, -V              : show the version, with settings
  -X                  : one process, in the foreground
  --listen ADDR       : open this address instead of those of the Listen lines
  --port-map A:B,...  : open port B where the configuration says A
  --processes N       : number of serving processes
  --strict            : refuse to serve what is not served completely
  --allow-unserved N  : serve although these directives, which protect, are not served
  --log-style json    : write error and access logs as JSON
  --quickstart        : serve the example with a FastCGI application of its own
`;

/** How to call the program, after the complaint about how it was called. */
export function usage(complaint: string | undefined): string {
  return `${complaint === undefined ? '' : `${PROGRAM}: ${complaint}\n`}${text()}`;
}
