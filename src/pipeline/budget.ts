/** A fixed amount of something (bytes, places) that callers share. */
export interface Budget {
  readonly capacity: number;
  /**
   * Runs `work` while it holds `amount`, first come first served. Whoever asks for more than there
   * is gets all of it, and so runs alone.
   */
  use<Result>(amount: number, work: () => Promise<Result>): Promise<Result>;
}

export function createBudget(capacity: number): Budget {
  const waiting: { amount: number; start: () => void }[] = [];
  let free = capacity;

  // Strictly in order: letting small ones pass would starve a large one.
  function admit() {
    while (waiting[0] && waiting[0].amount <= free) {
      const next = waiting.shift();
      if (!next) return;
      free -= next.amount;
      next.start();
    }
  }

  return {
    capacity,
    async use(amount, work) {
      const held = Math.min(amount, capacity);
      await new Promise<void>((start) => {
        waiting.push({ amount: held, start });
        admit();
      });
      try {
        return await work();
      } finally {
        free += held;
        admit();
      }
    },
  };
}
