import { setTimeout as sleep } from 'node:timers/promises';

const pauseMs = 2_000;

const retryable = ['DATABASE_UNREACHABLE', 'DATABASE_CONNECTION_LOST'];

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
      const mayPass = retryable.includes(String((error as { code?: unknown }).code));
      if (!mayPass || performance.now() + pauseMs >= deadline) throw error;
      await sleep(pauseMs);
    }
  }
}
