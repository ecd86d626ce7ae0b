import { EXPR_VARIABLES } from './context.ts';
import type { ExprContext, ExprVariable } from './context.ts';

/** Request headers that have a variable of their own. @source httpd server/util_expr_eval.c, req_header_var_fn */
export const HEADER_VARIABLES: ReadonlyMap<string, string> = new Map([
  ['HTTP_ACCEPT', 'Accept'],
  ['HTTP_COOKIE', 'Cookie'],
  ['HTTP_FORWARDED', 'Forwarded'],
  ['HTTP_HOST', 'Host'],
  ['HTTP_PROXY_CONNECTION', 'Proxy-Connection'],
  ['HTTP_REFERER', 'Referer'],
  ['HTTP_USER_AGENT', 'User-Agent'],
]);

const REQUEST_VARIABLES: ReadonlySet<string> = new Set(EXPR_VARIABLES);

/** Reader of a variable that is no request header, by its upper-case name. */
export function variableReader(name: string): (context: ExprContext) => string {
  if (REQUEST_VARIABLES.has(name)) return (context) => context.variable(name as ExprVariable);
  const time = TIME_VARIABLES.get(name);
  if (time !== undefined) return () => time(new Date());
  if (name.startsWith('SSL_')) return (context) => context.sslVariable?.(name) ?? '';
  throw new Error(`unknown expression variable ${name}`);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** Parts of the local time. */
const TIME_VARIABLES: ReadonlyMap<string, (now: Date) => string> = new Map<string, (now: Date) => string>([
  ['TIME_YEAR', (now) => String(now.getFullYear())],
  ['TIME_MON', (now) => two(now.getMonth() + 1)],
  ['TIME_DAY', (now) => two(now.getDate())],
  ['TIME_HOUR', (now) => two(now.getHours())],
  ['TIME_MIN', (now) => two(now.getMinutes())],
  ['TIME_SEC', (now) => two(now.getSeconds())],
  ['TIME_WDAY', (now) => String(now.getDay())],
  ['TIME', timestamp],
]);

/** `YYYYMMDDhhmmss` in local time, the form of `TIME` and `LAST_MODIFIED`. */
export function timestamp(time: Date): string {
  const day = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`;
  return `${day}${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`;
}
