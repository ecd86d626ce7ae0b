import { CstParser, type IToken } from 'chevrotain';
import {
  Arguments,
  ArgumentsEnd,
  Comment,
  CONFIG_TOKENS,
  DirectiveName,
  SectionClose,
  SectionOpen,
} from './tokens.ts';

/** The CST of a file: its lines in order. Nesting is by name, and known only when names are compared. */
export interface ConfigCst {
  readonly name: 'config';
  readonly children: { readonly line?: readonly LineCst[] };
}

/** One logical line; exactly one of the first four children is there. */
export interface LineCst {
  readonly name: 'line';
  readonly children: {
    readonly Comment?: readonly IToken[];
    readonly SectionClose?: readonly IToken[];
    readonly SectionOpen?: readonly IToken[];
    readonly DirectiveName?: readonly IToken[];
    readonly Arguments?: readonly IToken[];
    readonly ArgumentsEnd?: readonly IToken[];
  };
}

/**
 * The structure of a configuration file as far as it can be told without a directive table: LL(1), and total, since
 * every byte sequence is some sequence of lines. Sections are not nested here: a recursive rule would overflow the
 * stack on hostile input, and a wrong closing name is best told where the opener can be shown.
 */
export class ConfigParser extends CstParser {
  constructor(skipValidations: boolean) {
    super(CONFIG_TOKENS, {
      maxLookahead: 1,
      recoveryEnabled: true,
      nodeLocationTracking: 'none',
      skipValidations,
    });
    this.performSelfAnalysis();
  }

  readonly config = this.RULE('config', () => {
    this.MANY(() => this.SUBRULE(this.line));
  });

  private readonly line = this.RULE('line', () => {
    this.OR([
      { ALT: () => this.CONSUME(Comment) },
      {
        ALT: () => {
          this.OR1([
            { ALT: () => this.CONSUME(SectionOpen) },
            { ALT: () => this.CONSUME(SectionClose) },
            { ALT: () => this.CONSUME(DirectiveName) },
          ]);
          this.OPTION(() => this.CONSUME(Arguments));
          this.OPTION1(() => this.CONSUME(ArgumentsEnd)); // the last line may end with the file
        },
      },
    ]);
  });
}
