/** Index of a file in a {@link SourceSet}. */
export type FileId = number;

/**
 * Half-open range of offsets in one file. Files are held as latin1 text, so an offset is a byte offset;
 * line and column are worked out on demand.
 */
export interface Span {
  readonly file: FileId;
  readonly start: number;
  readonly end: number;
}

/** One expansion of a macro, which reads like a file of its own. */
export interface MacroOrigin {
  readonly name: string;
  /** Where `<Macro>` stands. */
  readonly defined: Span;
  /** Where each line of the expansion stands in the definition. */
  readonly lines: readonly Span[];
}

/** A configuration file, a macro expansion, or the `-C`/`-c` directives of the command line. */
export interface SourceFile {
  readonly id: FileId;
  /** Absolute path, or a bracketed pseudo name such as `<-C/-c directives>`. */
  readonly path: string;
  /** The bytes, as latin1 text. */
  readonly text: string;
  /** The `Include` or `Use` line that brought this file in. */
  readonly includedFrom?: Span;
  readonly macro?: MacroOrigin;
}

/** A place as a person reads it; line and column count from 1, columns in characters of UTF-8. */
export interface Position {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** All texts of one load, in the order in which they were opened. Plain data: may be sent to a worker. */
export interface SourceSet {
  readonly files: SourceFile[];
}
