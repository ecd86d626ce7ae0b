/** Leading integer of a text, as C's `atoi`: what follows is ignored, no digits are 0. */
export function atoi(text: string): number {
  const digits = /^[ \t]*([+-]?[0-9]{1,15})/.exec(text);
  return digits ? Number(digits[1]) : 0;
}

/** Leading decimal number of a text, as C's `atof`. */
export function atof(text: string): number {
  const number = Number.parseFloat(text);
  return Number.isNaN(number) ? 0 : number;
}

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['h', 3_600_000],
  ['ms', 1],
  ['mi', 60_000],
]);

/**
 * Milliseconds of `5`, `500ms`, `2s`, `1min`, `1h`; undefined: wrong format. Only the letters that tell the units apart
 * are looked at.
 *
 * @source httpd server/util.c `ap_timeout_parameter_parse`
 */
export function parseInterval(text: string, defaultUnit: 's' | 'ms'): number | undefined {
  const parts = /^[ \t]*\+?([0-9]{1,15})(.*)$/s.exec(text);
  if (!parts) return undefined;
  const unit = parts[2] || defaultUnit;
  const factor = UNIT_MS.get(unit.startsWith('m') ? unit.slice(0, 2) : unit.slice(0, 1));
  return factor === undefined ? undefined : Number(parts[1]) * factor;
}

/** True for `on`, false for `off`, in any case; undefined: neither. */
export function parseOnOff(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'on' ? true : lower === 'off' ? false : undefined;
}
