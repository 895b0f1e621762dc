import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until this many objects may be sent; resolves to false if the signal is aborted first. */
type RateLimiter = (objects: number, signal: AbortSignal) => Promise<boolean>;

/** At most the objects of one second, so that a low rate does not cause bursts. */
export function groupSizeOf(
  destination: { groupSize: number } | undefined,
  ratePerSecond = Number.POSITIVE_INFINITY,
): number {
  return Math.max(1, Math.floor(Math.min(destination?.groupSize ?? 1_000, ratePerSecond)));
}

/** Spreads objects evenly: unused time is not saved up. Without a rate, nothing waits. */
export function createRateLimiter(ratePerSecond = Number.POSITIVE_INFINITY): RateLimiter {
  let freeAtMs = 0;
  return async (objects, signal) => {
    const nowMs = performance.now();
    const startsAtMs = Math.max(nowMs, freeAtMs);
    freeAtMs = startsAtMs + (objects / ratePerSecond) * 1e3;
    if (startsAtMs > nowMs) {
      await sleep(startsAtMs - nowMs, undefined, { signal }).catch(() => {});
    }
    return !signal.aborted;
  };
}
