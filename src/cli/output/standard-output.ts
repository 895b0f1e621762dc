import { printable, printError } from '../../process/terminal.ts';

/**
 * Lets work end as it would have when nobody reads its output any more. Where the output cannot be
 * written for another reason, that is told, and the exit code is 1.
 */
export function surviveClosedOutput(): void {
  process.stdout.on('error', (error) => {
    if (isReaderGone(error)) return;
    printError(printable(`Cannot write to standard output: ${error.message}`));
    process.once('exit', () => {
      process.exitCode = 1;
    });
  });
  // There is nowhere left to tell it.
  process.stderr.on('error', () => {});
}

/** Whether all was written; where not, the listener above has told why. */
export function writeStandardOutput(bytes: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => process.stdout.write(bytes, (error) => resolve(!error)));
}

/** `| head` has had enough (EPIPE), or the terminal was closed (EIO). */
function isReaderGone(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EPIPE' || error.code === 'EIO';
}
