const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);
const spaced = (value: number): string => (value < 10 ? ` ${value}` : `${value}`);

/** `+0100`, for the local time zone at that moment. */
export function zoneOffset(time: Date): string {
  const minutes = -time.getTimezoneOffset();
  const sign = minutes < 0 ? '-' : '+';
  const size = Math.abs(minutes);
  return `${sign}${two(Math.floor(size / 60))}${two(size % 60)}`;
}

/** `22/Nov/2026:21:46:35 +0000`, the time of the common log format. */
export function commonLogTime(time: Date): string {
  return (
    `${two(time.getDate())}/${MONTHS[time.getMonth()]!.slice(0, 3)}/${time.getFullYear()}` +
    `:${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())} ${zoneOffset(time)}`
  );
}

function dayOfYear(time: Date): number {
  const start = Date.UTC(time.getFullYear(), 0, 1);
  return Math.round((Date.UTC(time.getFullYear(), time.getMonth(), time.getDate()) - start) / 86_400_000);
}

/** Week of the year as `%U` (first day 0) and `%W` (first day 1) count it. */
function weekOfYear(time: Date, firstDay: 0 | 1): number {
  return Math.floor((dayOfYear(time) + 7 - ((time.getDay() - firstDay + 7) % 7)) / 7);
}

/** ISO 8601 year and week of `%G` and `%V`. */
function isoWeek(time: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(Date.UTC(time.getFullYear(), time.getMonth(), time.getDate()));
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const year = thursday.getUTCFullYear();
  return { year, week: Math.ceil(((thursday.getTime() - Date.UTC(year, 0, 1)) / 86_400_000 + 1) / 7) };
}

/** The time in local terms by a format of strftime(3) in the C locale; an unknown conversion stands as written. */
export function strftime(format: string, time: Date): string {
  return format.replace(
    /%[EO]?([a-zA-Z%+])/g,
    (written, letter: string) => conversion(letter, time) ?? written,
  );
}

function conversion(letter: string, time: Date): string | undefined {
  const hour12 = time.getHours() % 12 || 12;
  switch (letter) {
    case 'a':
      return DAYS[time.getDay()]!.slice(0, 3);
    case 'A':
      return DAYS[time.getDay()]!;
    case 'b':
    case 'h':
      return MONTHS[time.getMonth()]!.slice(0, 3);
    case 'B':
      return MONTHS[time.getMonth()]!;
    case 'c':
      return strftime('%a %b %e %H:%M:%S %Y', time);
    case 'C':
      return two(Math.floor(time.getFullYear() / 100));
    case 'd':
      return two(time.getDate());
    case 'D':
    case 'x':
      return strftime('%m/%d/%y', time);
    case 'e':
      return spaced(time.getDate());
    case 'F':
      return strftime('%Y-%m-%d', time);
    case 'g':
      return two(isoWeek(time).year % 100);
    case 'G':
      return String(isoWeek(time).year);
    case 'H':
      return two(time.getHours());
    case 'I':
      return two(hour12);
    case 'j':
      return String(dayOfYear(time) + 1).padStart(3, '0');
    case 'k':
      return spaced(time.getHours());
    case 'l':
      return spaced(hour12);
    case 'm':
      return two(time.getMonth() + 1);
    case 'M':
      return two(time.getMinutes());
    case 'n':
      return '\n';
    case 'p':
      return time.getHours() < 12 ? 'AM' : 'PM';
    case 'P':
      return time.getHours() < 12 ? 'am' : 'pm';
    case 'r':
      return strftime('%I:%M:%S %p', time);
    case 'R':
      return strftime('%H:%M', time);
    case 's':
      return String(Math.floor(time.getTime() / 1000));
    case 'S':
      return two(time.getSeconds());
    case 't':
      return '\t';
    case 'T':
    case 'X':
      return strftime('%H:%M:%S', time);
    case 'u':
      return String(time.getDay() || 7);
    case 'U':
      return two(weekOfYear(time, 0));
    case 'V':
      return two(isoWeek(time).week);
    case 'w':
      return String(time.getDay());
    case 'W':
      return two(weekOfYear(time, 1));
    case 'y':
      return two(time.getFullYear() % 100);
    case 'Y':
      return String(time.getFullYear());
    case 'z':
      return zoneOffset(time);
    case 'Z':
      return zoneName(time);
    case '%':
      return '%';
    default:
      return undefined;
  }
}

function zoneName(time: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(time);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'UTC';
}
