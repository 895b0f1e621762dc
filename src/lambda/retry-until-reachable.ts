import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '../pipeline/index.ts';

const pauseMs = 2_000;

/** Retries while the database is unavailable: a paused one takes half a minute to wake up. */
export async function retryUntilReachable<Result>(
  work: () => Promise<Result>,
  { timeoutMs }: { timeoutMs: number },
): Promise<Result> {
  const deadline = performance.now() + timeoutMs;
  while (true) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unavailable) || performance.now() + pauseMs >= deadline) throw error;
      await sleep(pauseMs);
    }
  }
}
