/** Where the lines of one access log go. Writing never blocks and never fails towards the caller. */
export interface LogWriter {
  /** `json`: records are wanted instead of lines. */
  readonly style: 'text' | 'json';
  /** @param line latin1, with its line end */
  write(line: string): void;
  writeRecord(record: Readonly<Record<string, unknown>>): void;
}

/** Target of an access log as the config names it. */
export type LogTarget =
  /** Absolute path. */
  | { readonly kind: 'file'; readonly path: string }
  /** Program and arguments; `viaShell`: the text is a shell command. */
  | { readonly kind: 'pipe'; readonly command: string; readonly viaShell: boolean };

/** The target of `ErrorLog`, `CustomLog` or `TransferLog`: a path, or a program behind `|`, `||` or `|$`. */
export function logTarget(text: string, absolute: (path: string) => string): LogTarget {
  if (!text.startsWith('|')) return { kind: 'file', path: absolute(text) };
  const viaShell = text.startsWith('|$');
  const command = text.replace(/^\|[|$]?\s*/, '');
  return { kind: 'pipe', command, viaShell };
}
