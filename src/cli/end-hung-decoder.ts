/**
 * Grace period for code that ends late, such as sharp, which checks the clock only now and then.
 */
const gracePeriodMs = 3_000;

/**
 * Kills this process if native code keeps it alive after an abandoned conversion: even
 * `process.exit` waits for such code. Call it after all output is written.
 */
export function endHungDecoder(): void {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), gracePeriodMs).unref();
}
