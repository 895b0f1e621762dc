import { RequestError } from '../problems/problems.ts';

/** Limits concurrent requests. Rejects others immediately, because waiting takes memory and time. */
export interface Limiter {
  /** The number of taken slots. */
  readonly inUse: number;
  /** Throws `OVERLOADED` if all slots are taken; takes no slot itself. */
  throwIfFull(): void;
  /**
   * Takes a slot until the returned function is called; calling it again has no effect. Throws
   * `OVERLOADED` if all slots are taken.
   */
  acquire(): () => void;
  /** Runs `work` in a slot. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

export function createLimiter(capacity: number): Limiter {
  let inUse = 0;

  function throwIfFull() {
    if (inUse < capacity) return;
    throw new RequestError(
      'OVERLOADED',
      `Expected a free slot but all ${capacity} are in use. Try again after a few seconds, or start more servers.`,
    );
  }

  function acquire() {
    throwIfFull();
    inUse++;
    let isHeld = true;
    return () => {
      if (isHeld) inUse--;
      isHeld = false;
    };
  }

  return {
    get inUse() {
      return inUse;
    },
    throwIfFull,
    acquire,
    async run(work) {
      const release = acquire();
      try {
        return await work();
      } finally {
        release();
      }
    },
  };
}
