import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config.ts';
import { RecipeError } from '../convert/index.ts';
import { version } from '../version.ts';
import { backfillCommand } from './backfill.ts';
import { compareMethodsCommand } from './compare-methods.ts';
import { convertCommand } from './convert.ts';
import { doctorCommand } from './doctor.ts';
import type { ExitCode } from './exit-code.ts';
import { inspectEventCommand } from './inspect-event.ts';
import { migrateCommand } from './migrate.ts';
import { retryCommand } from './retry.ts';
import { sandboxCommand } from './sandbox.ts';
import { serveCommand } from './serve.ts';
import { surviveClosedOutput } from './standard-output.ts';
import { statsCommand } from './stats.ts';
import { UsageError } from './usage-error.ts';
import { verifyCommand } from './verify.ts';

const commands = [
  convertCommand,
  compareMethodsCommand,
  inspectEventCommand,
  migrateCommand,
  statsCommand,
  backfillCommand,
  verifyCommand,
  retryCommand,
  doctorCommand,
  sandboxCommand,
  serveCommand,
];

/**
 * Runs the command line and returns its exit code. Never throws: whatever fails is told in a
 * sentence on standard error.
 */
export async function main(argv: string[]): Promise<ExitCode> {
  surviveClosedOutput();
  let exitCode: ExitCode = 0;
  const program = new Command('grayscale')
    .description('Turns colour images into exact, reproducible grayscale.')
    .version(version)
    .showHelpAfterError('(add --help for what it takes)')
    .exitOverride();
  const setExitCode = (code: ExitCode) => {
    exitCode = code;
  };
  for (const command of commands) {
    program.addCommand(command(setExitCode).copyInheritedSettings(program));
  }
  try {
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    return explain(error);
  }
}

function explain(error: unknown): ExitCode {
  // Commander has printed its own message already, and for --help and --version all there is.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  console.error(error instanceof Error ? error.message : String(error));
  return isWrongUse(error) ? 2 : 1;
}

function isWrongUse(error: unknown): boolean {
  return [ConfigError, RecipeError, UsageError].some((kind) => error instanceof kind);
}
