/** A fixed amount of something (bytes, slots) that callers share. */
export interface Budget {
  readonly capacity: number;
  /**
   * Runs `work` while it holds `amount`, in order of arrival. A caller that asks for more than the
   * capacity waits for all of it and runs alone.
   */
  use<Result>(amount: number, work: () => Promise<Result>): Promise<Result>;
  /** Returns an empty share, for callers that cannot know in advance how much they need. */
  openShare(): Share;
}

/**
 * A resizable part of a budget. It never waits: owners that keep their parts while they wait for
 * each other would deadlock.
 */
export interface Share {
  /**
   * Changes the amount held. Returns false, and leaves the share unchanged, if that much is not
   * free.
   */
  resize(amount: number): boolean;
  release(): void;
}

export function createBudget(capacity: number): Budget {
  const waiting: { missing: number; start: () => void }[] = [];
  let free = capacity;

  // Strictly in order: if small requests could pass, a large one would starve.
  function admit() {
    while (waiting[0] && waiting[0].missing <= free) {
      const next = waiting.shift();
      if (!next) return;
      free -= next.missing;
      next.start();
    }
  }

  /** Saves freed capacity for the first in line, so that growing shares cannot starve it. */
  function returnToBudget(amount: number) {
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
        returnToBudget(held);
      }
    },

    openShare() {
      let held = 0;
      return {
        resize(amount) {
          const more = Math.min(amount, capacity) - held;
          if (more > free) return false;
          held += more;
          if (more > 0) free -= more;
          else returnToBudget(-more);
          return true;
        },
        release() {
          returnToBudget(held);
          held = 0;
        },
      };
    },
  };
}
