import { Command } from 'commander';
import { readConfig } from '../../config/index.ts';
import { print } from '../../process/terminal.ts';
import type { ExitCode } from '../exit-code.ts';
import { UsageError } from '../usage-error.ts';

/** `grayscale sandbox` */
export function sandboxCommand(setExitCode: (code: ExitCode) => void): Command {
  return new Command('sandbox')
    .description('Run the whole system on this machine: S3, queue, PostgreSQL and the function.')
    .option('--demo', 'convert the sample images, print their rows, and stop')
    .option(
      '--keep <folder>',
      'keep all data in this folder, and continue with it at the next start',
    )
    .addHelpText(
      'after',
      '\nPorts: SANDBOX_API_PORT (8080), SANDBOX_S3_PORT (4566) and SANDBOX_DB_PORT (54320); 0 picks a free port.\nWithout --keep, all data is deleted when it stops. Do not start two sandboxes with one folder.',
    )
    .action(async ({ demo = false, keep: keepFolder }: { demo?: boolean; keep?: string }) => {
      // Loaded here because no other command needs a server.
      const { runSandbox } = await import('../../sandbox/run.ts').catch(explainMissing);
      const exitCode = await runSandbox(readConfig(), { demo, keepFolder, print });
      setExitCode(exitCode === 0 ? 0 : 1);
    });
}

/** The npm package has neither the sandbox nor the packages that it needs. */
function explainMissing(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  throw new UsageError(
    'Expected a clone of the repository, because the sandbox is not in the npm package. Clone it, and run `npm ci` and `npm start` there.',
  );
}
