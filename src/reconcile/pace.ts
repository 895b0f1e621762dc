import { setTimeout as sleep } from 'node:timers/promises';

/** Limits objects per second; resolves to false if the signal is aborted during the wait. */
type Pace = (objects: number, signal: AbortSignal) => Promise<boolean>;

/** A group holds at most what passes in one second; otherwise a low rate would come in bursts. */
export function groupSizeOf(
  destination: { groupSize: number } | undefined,
  ratePerSecond = Number.POSITIVE_INFINITY,
): number {
  return Math.max(1, Math.floor(Math.min(destination?.groupSize ?? 1_000, ratePerSecond)));
}

/** Paces evenly: unused time is not made up for. Without a rate, nothing waits. */
export function createPace(ratePerSecond = Number.POSITIVE_INFINITY): Pace {
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
