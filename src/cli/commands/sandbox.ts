import { Command } from 'commander';
import { readConfig } from '../../config/index.ts';
import { print } from '../../process/terminal.ts';
import type { ExitCode } from '../exit-code.ts';

/** `grayscale sandbox` */
export function sandboxCommand(setExitCode: (code: ExitCode) => void): Command {
  return new Command('sandbox')
    .description('Run the whole system on this machine: S3, queue, PostgreSQL and the function.')
    .option('--demo', 'convert the sample images, print their rows, and stop')
    .addHelpText(
      'after',
      '\nPorts: SANDBOX_API_PORT (8080), SANDBOX_S3_PORT (4566) and SANDBOX_DB_PORT (54320); 0 picks a free port.\nAll data is deleted when it stops.',
    )
    .action(async ({ demo = false }: { demo?: boolean }) => {
      // Loaded here because no other command needs a server.
      const { runSandbox } = await import('../../sandbox/run.ts');
      const exitCode = await runSandbox(readConfig(), { demo, print });
      setExitCode(exitCode === 0 ? 0 : 1);
    });
}
