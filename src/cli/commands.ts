/** Another product on the same front end. Gives the exit status; arguments are byte strings. */
export interface Command {
  run(args: readonly string[]): Promise<number>;
}

/** The products beside the server, by the word that asks for them; each is loaded when it is asked for. */
export const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map<string, () => Promise<Command>>([
  ['lint', async () => ({ run: (await import('./lint-command.ts')).runLint })],
]);
