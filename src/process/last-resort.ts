/** What to do about a fault that no code handled. */
export interface LastResort {
  /** Writes the fault where an operator reads it. */
  report: (fault: Error) => void;
  /** Lets open work be answered. */
  drain?: () => Promise<void>;
}

/** Open work gets this long; then the process ends whatever is open. */
const drainMs = 10_000;

let current: LastResort | undefined;
let isEnding = false;

/**
 * From now on, a fault that no code handled is reported, open work is answered within a time, and the
 * process exits with 1. The state of such a process is unknown, so it never goes on: a supervisor
 * starts it again. Returns what puts the resort before it back.
 */
export function setLastResort(resort: LastResort): () => void {
  const previous = current;
  // Unhandled rejections are raised as uncaught exceptions.
  if (previous === undefined) process.on('uncaughtException', end);
  current = resort;
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
    // Where nothing can be written, ending is all that is left.
  }
}
