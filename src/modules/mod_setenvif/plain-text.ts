const METACHARACTERS = '^.$|()[]*+?{}';

/**
 * The text that a pattern without metacharacters stands for; undefined when it is a real pattern. A backslash may
 * only stand before a metacharacter or another backslash.
 *
 * @source httpd modules/metadata/mod_setenvif.c `non_regex_pattern`
 */
export function plainText(pattern: string): string | undefined {
  let text = '';
  for (let i = 0; i < pattern.length; i++) {
    let char = pattern[i]!;
    if (char === '\\') {
      char = pattern[++i] ?? '';
      if (char !== '\\' && (char === '' || !METACHARACTERS.includes(char))) return undefined;
    } else if (METACHARACTERS.includes(char)) {
      return undefined;
    }
    text += char;
  }
  return text;
}
