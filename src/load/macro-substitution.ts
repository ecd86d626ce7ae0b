/**
 * A line with each parameter replaced by its value, from left to right: at a place the longest name wins, and what
 * was put in is not looked at again. The value of a parameter that begins with `@` is put in quotes.
 *
 * @source httpd modules/core/mod_macro.c, `substitute_macro_args`
 */
export function substituteArguments(
  line: string,
  parameters: readonly string[],
  values: readonly string[],
): string {
  let result = '';
  let at = 0;
  for (
    let found = nextParameter(line, at, parameters);
    found !== undefined;
    found = nextParameter(line, at, parameters)
  ) {
    const name = parameters[found.index]!;
    const value = values[found.index]!;
    result +=
      line.slice(at, found.start) + (name.startsWith('@') ? `"${value.replace(/["\\]/g, '\\$&')}"` : value);
    at = found.start + name.length;
  }
  return at === 0 ? line : result + line.slice(at);
}

/** Whether a line holds a place where this parameter is replaced. */
export function isUsedIn(line: string, parameters: readonly string[], index: number): boolean {
  let at = 0;
  for (
    let found = nextParameter(line, at, parameters);
    found !== undefined;
    found = nextParameter(line, at, parameters)
  ) {
    if (found.index === index) return true;
    at = found.start + parameters[found.index]!.length;
  }
  return false;
}

function nextParameter(
  line: string,
  from: number,
  parameters: readonly string[],
): { readonly start: number; readonly index: number } | undefined {
  let best: { start: number; index: number } | undefined;
  parameters.forEach((name, index) => {
    const start = line.indexOf(name, from);
    if (start < 0) return;
    const isBetter =
      best === undefined ||
      start < best.start ||
      (start === best.start && name.length > parameters[best.index]!.length);
    if (isBetter) best = { start, index };
  });
  return best;
}
