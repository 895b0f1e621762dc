import { printable, printError } from '../../process/terminal.ts';

/**
 * Lets work finish normally when its output is no longer read. If the output cannot be written for
 * another reason, the error is reported and the exit code is 1.
 */
export function surviveClosedOutput(): void {
  process.stdout.on('error', (error) => {
    if (isReaderGone(error)) return;
    printError(printable(`Cannot write to standard output: ${error.message}`));
    process.once('exit', () => {
      process.exitCode = 1;
    });
  });
  // There is nowhere left to report it.
  process.stderr.on('error', () => {});
}

/** Whether everything was written; if not, the listener above has reported why. */
export function writeStandardOutput(bytes: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => process.stdout.write(bytes, (error) => resolve(!error)));
}

/** The reader has closed the pipe, as `| head` does (EPIPE), or the terminal was closed (EIO). */
function isReaderGone(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EPIPE' || error.code === 'EIO';
}
