/** Per-directory config; a field that is undefined is inherited. */
export interface NegotiationDirConfig {
  /** `LanguagePriority`, in lower case. */
  priority?: readonly string[];
  /** `ForceLanguagePriority`; httpd's default is to prefer. */
  force?: { readonly prefer: boolean; readonly fallback: boolean };
}
