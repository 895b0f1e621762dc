import { RequestError } from '../problems/problems.ts';

/** Lets so many in at once and turns others away at once: waiting would take memory and time. */
export interface Gate {
  readonly inside: number;
  /** Throws `OVERLOADED` when all places are taken, and takes none. */
  check(): void;
  /** Takes a place until the result is called, once or more. Throws `OVERLOADED` when all are taken. */
  enter(): () => void;
  /** Runs `work` inside. */
  pass<Result>(work: () => Promise<Result>): Promise<Result>;
}

export function createGate(capacity: number): Gate {
  let inside = 0;

  function check() {
    if (inside < capacity) return;
    throw new RequestError(
      'OVERLOADED',
      `Expected a free place but all ${capacity} are taken. Try again after a few seconds, or start more servers.`,
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
