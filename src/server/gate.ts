import { RequestError } from './problems.ts';

/** Lets so many in at once and turns others away at once: waiting would take memory and time. */
export interface Gate {
  readonly inside: number;
  /** Runs `work` inside. Throws `OVERLOADED` when the place is full. */
  pass<Result>(work: () => Promise<Result>): Promise<Result>;
}

export function createGate(capacity: number): Gate {
  let inside = 0;
  return {
    get inside() {
      return inside;
    },
    async pass(work) {
      if (inside >= capacity) {
        throw new RequestError(
          'OVERLOADED',
          `Expected a free place but all ${capacity} are taken. Try again after a few seconds, or start more servers.`,
        );
      }
      inside++;
      try {
        return await work();
      } finally {
        inside--;
      }
    },
  };
}
