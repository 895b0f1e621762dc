import { RequestError } from '../problems/problems.ts';

/**
 * Limits concurrent requests and refuses others immediately: waiting would take memory and time.
 */
export interface Gate {
  readonly inside: number;
  /** Throws `OVERLOADED` if all slots are taken; takes no slot itself. */
  check(): void;
  /**
   * Takes a slot until the returned function is called; calling it again has no effect. Throws
   * `OVERLOADED` if all slots are taken.
   */
  enter(): () => void;
  /** Runs `work` in a slot. */
  pass<Result>(work: () => Promise<Result>): Promise<Result>;
}

export function createGate(capacity: number): Gate {
  let inside = 0;

  function check() {
    if (inside < capacity) return;
    throw new RequestError(
      'OVERLOADED',
      `Expected a free slot but all ${capacity} are in use. Try again after a few seconds, or start more servers.`,
    );
  }

  function enter() {
    check();
    inside++;
    let isInside = true;
    return () => {
      if (isInside) inside--;
      isInside = false;
    };
  }

  return {
    get inside() {
      return inside;
    },
    check,
    enter,
    async pass(work) {
      const leave = enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
