/** How to react to an uncaught fault. */
export interface UncaughtErrorHandler {
  /** Writes the fault to the operator's log. */
  report: (fault: Error) => void;
  /** Lets open requests finish. */
  drain?: () => Promise<void>;
}

/** Time for open work to finish; then the process exits regardless. */
const drainMs = 10_000;

let current: UncaughtErrorHandler | undefined;
let isEnding = false;

/**
 * Installs a handler for uncaught faults: it reports the fault, gives open work a limited time to
 * finish, and exits with 1. The state of such a process is unknown, so it never continues; a
 * supervisor restarts it. Returns a function that restores the previous handler.
 */
export function handleUncaughtErrors(handler: UncaughtErrorHandler): () => void {
  const previous = current;
  // Unhandled rejections are raised as uncaught exceptions.
  if (previous === undefined) process.on('uncaughtException', end);
  current = handler;
  return () => {
    current = previous;
    if (previous === undefined) process.off('uncaughtException', end);
  };
}

async function end(fault: unknown): Promise<void> {
  report(fault);
  if (isEnding) return;
  isEnding = true;
  setTimeout(() => process.exit(1), drainMs);
  try {
    await current?.drain?.();
  } catch (failure) {
    report(failure);
  }
  process.exit(1);
}

function report(fault: unknown): void {
  try {
    current?.report(fault instanceof Error ? fault : new Error(String(fault)));
  } catch {
    // If nothing can be written, exiting is all that is left.
  }
}
