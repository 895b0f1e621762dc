import { writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const tries = 5;
const pauseMs = 250;

/**
 * Lets a process and its threads have the processor when others leave it, from 0 (not at all) to 19.
 * Where the system cannot do that, or the process has ended, nothing happens.
 */
export async function standBack(pid: number, niceness: number): Promise<void> {
  try {
    setPriority(pid, niceness);
  } catch {
    return;
  }
  if (process.platform !== 'linux') return;
  // A process with a session of its own has a share of its own as well (autogroup), within which alone
  // its niceness counts: https://man7.org/linux/man-pages/man7/sched.7.html. Linux takes changes of
  // these only now and then.
  for (let round = 0; round < tries; round++) {
    const refusal = await writeFile(`/proc/${pid}/autogroup`, String(niceness)).catch(
      (error: NodeJS.ErrnoException) => error,
    );
    if (refusal?.code !== 'EAGAIN') return;
    await sleep(pauseMs, undefined, { ref: false });
  }
}
