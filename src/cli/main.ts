import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/index.ts';
import { RecipeError } from '../convert/index.ts';
import { print, printable, printError, printFailure } from '../process/terminal.ts';
import { handleUncaughtErrors } from '../process/uncaught-errors.ts';
import { version } from '../version.ts';
import type { ExitCode } from './exit-code.ts';
import { wrapParagraphs, wrappedHelp } from './output/help-text.ts';
import { surviveClosedOutput } from './output/standard-output.ts';
import { UsageError } from './usage-error.ts';

type CommandFactory = (setExitCode: (code: ExitCode) => void) => Command;

/**
 * Only the requested command is loaded: loading all of them takes longer than converting an image.
 */
const commands = new Map<string, () => Promise<CommandFactory>>([
  ['convert', async () => (await import('./commands/convert.ts')).convertCommand],
  [
    'compare-methods',
    async () => (await import('./commands/compare-methods.ts')).compareMethodsCommand,
  ],
  ['inspect-event', async () => (await import('./commands/inspect-event.ts')).inspectEventCommand],
  ['migrate', async () => (await import('./commands/migrate.ts')).migrateCommand],
  ['stats', async () => (await import('./commands/stats.ts')).statsCommand],
  ['backfill', async () => (await import('./commands/backfill.ts')).backfillCommand],
  ['verify', async () => (await import('./commands/verify.ts')).verifyCommand],
  ['retry', async () => (await import('./commands/retry.ts')).retryCommand],
  ['doctor', async () => (await import('./commands/doctor.ts')).doctorCommand],
  ['sandbox', async () => (await import('./commands/sandbox.ts')).sandboxCommand],
  ['serve', async () => (await import('./commands/serve.ts')).serveCommand],
  ['work', async () => (await import('./commands/work.ts')).workCommand],
  ['queue', async () => (await import('./commands/queue.ts')).queueCommand],
  ['completion', async () => (await import('./commands/completion.ts')).completionCommand],
]);

/**
 * Runs the command line and returns its exit code. Never throws: every failure is reported in one
 * sentence on standard error.
 */
export async function main(argv: string[]): Promise<ExitCode> {
  surviveClosedOutput();
  handleUncaughtErrors({
    report: ({ message }) => printError(printable(`Internal error: ${message}`)),
  });
  let exitCode: ExitCode = 0;
  const program = new Command('grayscale')
    .description('Converts colour images to exact, reproducible grayscale.')
    .version(version)
    .configureHelp(wrappedHelp)
    .showHelpAfterError('(use --help for usage)')
    .configureOutput({
      writeOut: (text) => print(wrapParagraphs(text.trimEnd(), process.stdout.columns)),
      outputError: (message) => printError(printableUsage(message)),
    })
    .exitOverride();
  const setExitCode = (code: ExitCode) => {
    exitCode = code;
  };
  for (const command of await loadCommands(argv[2])) {
    program.addCommand(command(setExitCode).copyInheritedSettings(program));
  }
  try {
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    return reportFailure(error);
  }
}

/**
 * Loads the command of this name. Loads all commands for the help, for unknown names, and for the
 * completion, which is generated from them.
 */
async function loadCommands(name = ''): Promise<CommandFactory[]> {
  const load = name === 'completion' ? undefined : commands.get(name);
  return await Promise.all(load ? [load()] : [...commands.values()].map((loadOne) => loadOne()));
}

function reportFailure(error: unknown): ExitCode {
  // Commander has already printed its message, or the output of --help or --version.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  printFailure(error);
  return isUsageError(error) ? 2 : 1;
}

/** Commander quotes the command line's arguments, and may add a suggestion on a separate line. */
function printableUsage(message: string): string {
  const [, what = '', suggestion] = /^(.*?)(\n\(Did you mean [^\n]*\))?\n?$/s.exec(message) ?? [];
  return suggestion === undefined ? printable(what) : `${printable(what)}\n${suggestion.slice(1)}`;
}

function isUsageError(error: unknown): boolean {
  return [ConfigError, RecipeError, UsageError].some((kind) => error instanceof kind);
}
