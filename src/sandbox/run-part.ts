import { setLastResort } from '../process/last-resort.ts';
import { printable, printError, printFailure } from '../process/terminal.ts';

/** A part of the sandbox that runs. */
export interface Part {
  /** Finishes the work that it has begun. */
  stop(): Promise<unknown>;
  /** The sandbox sent something. */
  receive?(message: string): void;
}

/**
 * Runs a part of the sandbox in this process, which the sandbox started: reports when it is ready, ends
 * with 0 when it is told to stop, and with 1 when it fails or the sandbox is gone. A process that the
 * sandbox did not start has only loaded the module.
 */
export async function runPart(start: () => Promise<Part>): Promise<void> {
  if (!process.connected) return;
  // The sandbox is gone: nobody is left to finish the work for, or to read what is written.
  process.on('disconnect', () => process.exit(1));
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const report = ({ message }: Error) => printError(printable(`Internal error: ${message}`));
  setLastResort({ report });
  try {
    const part = await start();
    setLastResort({ report, drain: async () => void (await part.stop()) });
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
