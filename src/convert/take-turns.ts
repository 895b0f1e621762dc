/** Other work waits at most this long. */
const maxTurnMs = 10;

/**
 * Returns a function for a long computation to call often: it lets other work have its turn, if that
 * has waited long enough.
 */
export function createTurns(): () => void | Promise<void> {
  let since = performance.now();
  return () => {
    if (performance.now() - since < maxTurnMs) return;
    return new Promise((resolve) =>
      setImmediate(() => {
        since = performance.now();
        resolve();
      }),
    );
  };
}
