#!/usr/bin/env node
import { bytesOf, parseArguments } from './arguments.ts';

/**
 * Runs a command line and gives its exit status; undefined: something goes on running. Each command is loaded when
 * it is asked for, so that none pays for the others.
 */
async function run(args: readonly string[]): Promise<number | undefined> {
  const invocation = parseArguments(bytesOf(args));
  switch (invocation.kind) {
    case 'usage': {
      const { usage } = await import('./usage.ts');
      process.stderr.write(usage(invocation.complaint));
      return 1;
    }
    case 'show': {
      const show = await import('./show.ts');
      const text = {
        version: show.versionText,
        build: show.buildText,
        modules: show.builtInText,
        directives: show.directivesText,
      }[invocation.what]();
      process.stdout.write(text);
      return 0;
    }
    case 'command': {
      const command = await invocation.load();
      return command.run(invocation.rest);
    }
    case 'server': {
      const { runServer } = await import('./server-command.ts');
      return runServer(invocation.arguments);
    }
  }
}

/** A reader that went away (`-L | head`) is no fault, and must not stop a server. */
function ignoreMissingReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

process.stdout.on('error', ignoreMissingReader);
process.stderr.on('error', ignoreMissingReader);
try {
  const status = await run(process.argv.slice(2));
  if (status !== undefined) process.exitCode = status;
} catch (error) {
  // What is expected to go wrong is reported where it happens; this is a fault of ours.
  process.stderr.write(
    `httpd-gateway: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
}
