import { Lexer } from 'chevrotain';
import { ConfigParser, type ConfigCst } from './parser.ts';
import { CONFIG_TOKENS } from './tokens.ts';

export type { ConfigCst, LineCst } from './parser.ts';

let lexer: Lexer | undefined;
let parser: ConfigParser | undefined;

/** The CST of one configuration file, given as latin1 text. Any text has one: the grammar is total. */
export function parseConfigText(text: string): ConfigCst {
  lexer ??= new Lexer(CONFIG_TOKENS, {
    ensureOptimizations: true,
    positionTracking: 'onlyOffset',
    skipValidations: true,
  });
  parser ??= new ConfigParser(true);
  parser.input = lexer.tokenize(text).tokens;
  return parser.config() as unknown as ConfigCst;
}
