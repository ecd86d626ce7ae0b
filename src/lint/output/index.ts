import { checkstyle, github, gitlab, junit } from './ci.ts';
import type { Format } from './format.ts';
import { json } from './json.ts';
import { sarif } from './sarif.ts';
import { compact, pretty } from './text.ts';

/** Every format by its name. */
export const FORMATS = {
  pretty,
  compact,
  json,
  sarif,
  github,
  gitlab,
  checkstyle,
  junit,
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;

export function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(FORMATS, name);
}
