import type { Condition, StringValue } from '../../expr/context.ts';
import type { Span } from '../../source/source.ts';

/** One ProxyFCGISetEnvIf. */
export interface EnvFixup {
  readonly condition: Condition;
  readonly name: string;
  /** undefined: the variable is removed. */
  readonly value: StringValue | undefined;
  /** Text of the expressions, for log lines. */
  readonly text: string;
  readonly span: Span;
}

/** mod_proxy_fcgi's per-directory config. */
export interface FcgiDirConfig {
  /** undefined: not said, which means FPM. */
  backendType?: 'FPM' | 'GENERIC';
  fixups: readonly EnvFixup[];
}

/** Fixups of the outer scope come first. @source httpd mod_proxy_fcgi.c `fcgi_merge_dir_config` */
export function mergeFcgiDirConfig(base: FcgiDirConfig, add: FcgiDirConfig): FcgiDirConfig {
  const backendType = add.backendType ?? base.backendType;
  const fixups = [...base.fixups, ...add.fixups];
  return backendType === undefined ? { fixups } : { backendType, fixups };
}
