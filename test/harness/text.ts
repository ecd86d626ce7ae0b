/** Bytes as printable text: `\r`, `\n`, `\t`, `\\` and `\xHH` for all that is not printable ASCII. */
export function escapeBytes(text: string): string {
  let shown = '';
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (character === '\\') shown += '\\\\';
    else if (character === '\n') shown += '\\n';
    else if (character === '\r') shown += '\\r';
    else if (character === '\t') shown += '\\t';
    else if (code < 0x20 || code > 0x7e) shown += `\\x${code.toString(16).padStart(2, '0')}`;
    else shown += character;
  }
  return shown;
}

const ESCAPES = new Map([
  ['r', '\r'],
  ['n', '\n'],
  ['t', '\t'],
  ['\\', '\\'],
  ['0', '\0'],
  ['s', ' '],
]);

/** The bytes that `\r`, `\n`, `\t`, `\0`, `\s` (a space), `\\` and `\xHH` stand for, as latin1 text. */
export function unescapeBytes(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|(.))/g,
    (whole, hex: string | undefined, letter: string | undefined) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      return ESCAPES.get(letter ?? '') ?? whole;
    },
  );
}
