/** After one of them nothing new is begun; the same one again ends the program at once. */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Does work that can be asked to stop. */
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
