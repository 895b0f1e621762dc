/** The first signal stops new work from starting; a second one ends the program immediately. */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs work that a signal can stop. */
export async function untilStopped<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController();
  const onStop = () => stop.abort();
  for (const name of stopSignals) process.once(name, onStop);
  try {
    return await work(stop.signal);
  } finally {
    for (const name of stopSignals) process.off(name, onStop);
  }
}
