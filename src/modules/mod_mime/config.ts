import type { Span } from '../../source/source.ts';

/** What an extension says about a file. Empty text: said to be nothing (`RemoveType`). */
export interface ExtensionInfo {
  type?: string;
  charset?: string;
  language?: string;
  encoding?: string;
  handler?: string;
}

export type ExtensionField = keyof ExtensionInfo;

/** `MultiviewsMatch`: extensions that may take part in a MultiViews match besides negotiated ones. */
export interface MultiviewsMatch {
  readonly any: boolean;
  readonly handlers: boolean;
  readonly filters: boolean;
}

/** Per-directory config; a field that is undefined is inherited. */
export interface MimeDirConfig {
  /** By extension in lower case, without its dot. */
  extensions: Map<string, ExtensionInfo>;
  /** Taken away when this config is laid over an outer one: field and extension. */
  removed: { readonly field: ExtensionField; readonly extension: string }[];
  defaultLanguage?: string;
  usePathInfo?: boolean;
  multiviewsMatch?: MultiviewsMatch;
}

export interface MimeServerConfig {
  /** Absolute path of the types file, and the line that names it. */
  typesConfig?: { readonly path: string; readonly span: Span };
}

export function createMimeDirConfig(): MimeDirConfig {
  return { extensions: new Map(), removed: [] };
}

/**
 * Extensions are overlaid field by field; then the inner removals take effect, on the inner config's own additions too.
 *
 * @source httpd modules/http/mod_mime.c `merge_mime_dir_configs`
 */
export function mergeMimeDirConfig(base: MimeDirConfig, add: MimeDirConfig): MimeDirConfig {
  const extensions = new Map(base.extensions);
  for (const [extension, info] of add.extensions)
    extensions.set(extension, { ...extensions.get(extension), ...info });
  for (const { field, extension } of add.removed) {
    const info = extensions.get(extension);
    if (info?.[field] === undefined) continue;
    const left = { ...info };
    delete left[field];
    extensions.set(extension, left);
  }
  return { ...base, ...add, extensions, removed: [] };
}

/** The mutable entry of an extension in a config that is being filled. */
export function extensionInfo(dir: MimeDirConfig, extension: string): ExtensionInfo {
  let info = dir.extensions.get(extension);
  if (!info) dir.extensions.set(extension, (info = {}));
  return info;
}
