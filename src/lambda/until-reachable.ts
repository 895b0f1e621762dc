import { setTimeout as sleep } from 'node:timers/promises';

const pauseMs = 2_000;

/** Tries again while no database answers: one that is paused takes half a minute to wake up. */
export async function untilReachable<Result>(
  work: () => Promise<Result>,
  { timeoutMs }: { timeoutMs: number },
): Promise<Result> {
  const deadline = performance.now() + timeoutMs;
  while (true) {
    try {
      return await work();
    } catch (error) {
      const isUnreachable = (error as { code?: unknown }).code === 'DATABASE_UNREACHABLE';
      if (!isUnreachable || performance.now() + pauseMs >= deadline) throw error;
      await sleep(pauseMs);
    }
  }
}
