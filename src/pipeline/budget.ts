/** A fixed amount of something (bytes, places) that callers share. */
export interface Budget {
  readonly capacity: number;
  /**
   * Runs `work` while it holds `amount`, first come first served. A caller that asks for more than
   * the capacity gets all of it, and so runs alone.
   */
  use<Result>(amount: number, work: () => Promise<Result>): Promise<Result>;
  /** A share of nothing yet, for callers that do not know in advance how much they need. */
  hold(): Share;
}

/**
 * A part of a budget that its owner resizes. It never waits: owners that wait for each other while
 * each keeps its part would wait forever.
 */
export interface Share {
  /** Holds this much instead. False where that is not free; then the share stays as it is. */
  resize(amount: number): boolean;
  release(): void;
}

export function createBudget(capacity: number): Budget {
  const waiting: { missing: number; start: () => void }[] = [];
  let free = capacity;

  // Strictly in order: letting small ones pass would starve a large one.
  function admit() {
    while (waiting[0] && waiting[0].missing <= free) {
      const next = waiting.shift();
      if (!next) return;
      free -= next.missing;
      next.start();
    }
  }

  /** What is returned is saved for the first in line: shares that keep growing cannot starve it. */
  function giveBack(amount: number) {
    free += amount;
    admit();
    const first = waiting[0];
    if (!first) return;
    const saved = Math.min(amount, free);
    first.missing -= saved;
    free -= saved;
  }

  return {
    capacity,

    async use(amount, work) {
      const held = Math.min(amount, capacity);
      await new Promise<void>((start) => {
        waiting.push({ missing: held, start });
        admit();
      });
      try {
        return await work();
      } finally {
        giveBack(held);
      }
    },

    hold() {
      let held = 0;
      return {
        resize(amount) {
          const more = Math.min(amount, capacity) - held;
          if (more > free) return false;
          held += more;
          if (more > 0) free -= more;
          else giveBack(-more);
          return true;
        },
        release() {
          giveBack(held);
          held = 0;
        },
      };
    },
  };
}
