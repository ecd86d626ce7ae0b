const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

const IMF_FIXDATE = /^[A-Za-z]{3}, (\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2})/;
const RFC_850 = /^[A-Za-z]{6,9}, (\d{2})-([A-Za-z]{3})-(\d{2}) (\d{2}):(\d{2}):(\d{2})/;
const ASCTIME = /^[A-Za-z]{3} ([A-Za-z]{3}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})/;

/** `Sun, 06 Nov 1994 08:49:37 GMT` for milliseconds of the wall clock. */
export function formatHttpDate(ms: number): string {
  const date = new Date(ms);
  return (
    `${DAYS[date.getUTCDay()]!}, ${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]!} ` +
    `${String(date.getUTCFullYear()).padStart(4, '0')} ` +
    `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} GMT`
  );
}

let cachedSecond = -1;
let cachedDate = '';

/** `formatHttpDate` for a time of this second or about, which is remembered. */
export function currentHttpDate(nowMs: number): string {
  const second = Math.floor(nowMs / 1000);
  if (second !== cachedSecond) {
    cachedSecond = second;
    cachedDate = formatHttpDate(second * 1000);
  }
  return cachedDate;
}

/**
 * Milliseconds for a date in one of the three formats of HTTP; undefined: it is none.
 *
 * @source RFC 9110 section 5.6.7; httpd's `apr_date_parse_http` looks at no week day and at no time zone
 */
export function parseHttpDate(text: string): number | undefined {
  const trimmed = text.trimStart();
  let found = IMF_FIXDATE.exec(trimmed);
  if (found) return fromParts(found[3]!, found[2]!, found[1]!, found[4]!, found[5]!, found[6]!);
  found = RFC_850.exec(trimmed);
  if (found) {
    const year = Number(found[3]!);
    return fromParts(
      String(year < 70 ? 2000 + year : 1900 + year),
      found[2]!,
      found[1]!,
      found[4]!,
      found[5]!,
      found[6]!,
    );
  }
  found = ASCTIME.exec(trimmed);
  if (found) return fromParts(found[6]!, found[1]!, found[2]!, found[3]!, found[4]!, found[5]!);
  return undefined;
}

function fromParts(
  year: string,
  monthName: string,
  day: string,
  hour: string,
  minute: string,
  second: string,
): number | undefined {
  const month = MONTHS.findIndex((name) => name.toLowerCase() === monthName.toLowerCase());
  if (month < 0 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 61) return undefined;
  const ms = Date.UTC(Number(year), month, Number(day), Number(hour), Number(minute), Number(second));
  return new Date(Date.UTC(Number(year), month, Number(day))).getUTCMonth() === month ? ms : undefined;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
