import { escapeErrorLogItem } from '../../pipeline/log-escape.ts';
import type { LogContext, LogLevel } from '../../pipeline/server.ts';

/** One event of the error log, before it is text. */
export interface ErrorEvent {
  readonly level: LogLevel;
  /** Module name without `mod_`. */
  readonly module: string;
  /** `AH01071`, or ''. */
  readonly number: string;
  readonly message: string;
  readonly context: LogContext;
  /** Milliseconds of the wall clock, with a fraction. */
  readonly timeMs: number;
}

/** httpd's own formats for lines about a request or a connection, and about neither. */
export const DEFAULT_ERROR_FORMAT =
  '[%{u}t] [%-m:%l] [pid %P:tid %T] %7F: %E: [client\\ %a] %M% ,\\ referer\\ %{Referer}i';

type Item = (event: ErrorEvent) => string | undefined;

/** A stretch between two points at which output may be left out: all goes when one of its items has nothing to say. */
interface Field {
  readonly parts: readonly (
    string | { readonly item: Item; readonly isRequired: boolean; readonly orDash: boolean }
  )[];
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/** `Sun Nov 22 21:46:35.102347 2026`. @source httpd `apr_ctime` with microseconds */
export function errorLogTime(ms: number, form: { isCompact: boolean; hasMicros: boolean }): string {
  const time = new Date(ms);
  const micros = form.hasMicros ? `.${String(Math.floor((ms % 1000) * 1000)).padStart(6, '0')}` : '';
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}${micros}`;
  if (form.isCompact) {
    return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock}`;
  }
  return `${DAYS[time.getDay()]!} ${MONTHS[time.getMonth()]!} ${two(time.getDate())} ${clock} ${time.getFullYear()}`;
}

function item(letter: string, argument: string): Item {
  switch (letter) {
    case 't':
      return ({ timeMs }) =>
        errorLogTime(timeMs, { isCompact: argument.includes('c'), hasMicros: argument.includes('u') });
    case 'l':
      return ({ level }) => level;
    case 'm':
      return ({ module }) => module;
    case 'P':
    case 'T':
      return () => String(process.pid);
    case 'M':
      return ({ number, message }) => escapeErrorLogItem(number === '' ? message : `${number}: ${message}`);
    case 'E':
      return ({ context }) => context.cause;
    case 'a':
      return ({ context }) => clientOf(context, argument);
    case 'A':
      return ({ context }) => {
        const connection = context.req?.connection;
        return connection && `${connection.localAddress}:${connection.localPort}`;
      };
    case 'i':
      return ({ context }) => escaped(context.req?.headersIn.get(argument));
    case 'e':
      return () => escaped(process.env[argument]);
    case 'n':
      return ({ context }) => escaped(context.req?.notes.get(argument));
    case 'k':
      return ({ context }) => context.req && String(context.req.connection.keptAlive);
    case 'v':
    case 'V':
      return ({ context }) => (context.req?.server ?? context.server)?.hostname;
    default:
      // Source file and line, and log identifiers: this server has none to tell.
      return () => undefined;
  }
}

function escaped(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : escapeErrorLogItem(text);
}

function clientOf(context: LogContext, argument: string): string | undefined {
  const { req } = context;
  if (req !== undefined) {
    const { connection } = req;
    return argument === 'c'
      ? `${connection.remoteAddress}:${connection.remotePort}`
      : `${req.clientAddress}:${req.clientPort}`;
  }
  if (context.clientAddress === undefined) return undefined;
  return `${context.clientAddress}:${context.clientPort ?? 0}`;
}

/**
 * The function that writes an event by a format of ErrorLogFormat. A stretch without an unescaped space is left out
 * when an item in it has no value; `%-x` writes a dash instead, `%+x` leaves out the whole line.
 *
 * @source httpd server/log.c `do_errorlog_format`, the manual's core.html#errorlogformat
 */
export function compileErrorFormat(format: string): (event: ErrorEvent) => string | undefined {
  const fields = parseFields(format);
  return (event) => {
    let line = '';
    for (const field of fields) {
      let text = '';
      let isLeftOut = false;
      for (const part of field.parts) {
        if (typeof part === 'string') text += part;
        else {
          const value = part.item(event);
          if (value !== undefined && value !== '') text += value;
          else if (part.isRequired) return undefined;
          else if (part.orDash) text += '-';
          else isLeftOut = true;
        }
      }
      if (!isLeftOut) line += text;
    }
    return `${line.replace(/^ +/, '')}\n`;
  };
}

function parseFields(format: string): readonly Field[] {
  const fields: { parts: Field['parts'][number][] }[] = [{ parts: [] }];
  const add = (part: Field['parts'][number]): void => {
    const { parts } = fields.at(-1)!;
    const last = parts.at(-1);
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
    else parts.push(part);
  };
  for (let at = 0; at < format.length; at++) {
    const char = format[at]!;
    if (char === '\\' && at + 1 < format.length) add(format[++at]!);
    else if (char === ' ') {
      fields.push({ parts: [' '] });
    } else if (char !== '%') add(char);
    else if (format[at + 1] === '%') {
      add('%');
      at++;
    } else if (format[at + 1] === ' ') {
      // A field ends here without writing anything.
      fields.push({ parts: [] });
      at++;
    } else {
      const found = /^([-+0-9]*)(?:\{([^}]*)\})?([a-zA-Z])/.exec(format.slice(at + 1, at + 257));
      if (found === null) {
        add('%');
        continue;
      }
      const [written, flags = '', argument = '', letter = ''] = found;
      add({ item: item(letter, argument), isRequired: flags.includes('+'), orDash: flags.includes('-') });
      at += written.length;
    }
  }
  return fields;
}
