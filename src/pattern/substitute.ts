/**
 * A replacement text with the groups of a match put in: `$0` to `$9` become the group, empty when it is unset or
 * absent, and a backslash makes the next character literal. `&` stands for itself.
 *
 * @source httpd ap_pregsub
 */
export function substitute(template: string, groups: readonly (string | undefined)[]): string {
  if (!/[$\\]/.test(template)) return template;
  return template.replace(/\\([^])|\$(\d)/g, (_, literal?: string, digit?: string) =>
    literal === undefined ? (groups[Number(digit)] ?? '') : literal,
  );
}
