import { printable, printError, printFailure } from '../process/terminal.ts';
import { handleUncaughtErrors } from '../process/uncaught-errors.ts';

/** A running part of the sandbox. */
export interface Part {
  /** Finishes the work that it has begun. */
  stop(): Promise<unknown>;
  /** Handles a message from the sandbox. */
  receive?(message: string): void;
}

/**
 * Runs a part of the sandbox in this process, which the sandbox started. Reports when it is ready.
 * Exits with 0 on a stop request, and with 1 if it fails or the sandbox is gone. In a process that
 * the sandbox did not start, the module is loaded but does nothing.
 */
export async function runPart(start: () => Promise<Part>): Promise<void> {
  if (!process.connected) return;
  // The sandbox is gone, so nothing needs the work or reads the output.
  process.on('disconnect', () => process.exit(1));
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const report = ({ message }: Error) => printError(printable(`Internal error: ${message}`));
  handleUncaughtErrors({ report });
  try {
    const part = await start();
    handleUncaughtErrors({ report, drain: async () => void (await part.stop()) });
    process.on('message', (message) => part.receive?.(String(message)));
    process.on('SIGTERM', async () => {
      await part.stop();
      process.exit(0);
    });
    process.send?.({ ready: true });
  } catch (error) {
    printFailure(error);
    process.exit(1);
  }
}
