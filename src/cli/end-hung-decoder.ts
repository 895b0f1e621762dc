/** What only comes to its end late, such as sharp between two looks at the clock, gets this long. */
const patienceMs = 3_000;

/**
 * For when a conversion was given up and all is said: native code that does not stop keeps the
 * process alive, and even `process.exit` waits for it.
 */
export function endHungDecoder(): void {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), patienceMs).unref();
}
