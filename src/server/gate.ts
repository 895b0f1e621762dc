import { RequestError } from './problems.ts';

/** Lets so many in at once and turns others away at once: waiting would take memory and time. */
export interface Gate {
  readonly inside: number;
  /** Takes a place until the answer is called. Throws `OVERLOADED` when all are taken. */
  enter(): () => void;
  /** Runs `work` inside. */
  pass<Result>(work: () => Promise<Result>): Promise<Result>;
}

export function createGate(capacity: number): Gate {
  let inside = 0;

  function enter() {
    if (inside >= capacity) {
      throw new RequestError(
        'OVERLOADED',
        `Expected a free place but all ${capacity} are taken. Try again after a few seconds, or start more servers.`,
      );
    }
    inside++;
    return () => {
      inside--;
    };
  }

  return {
    get inside() {
      return inside;
    },
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
