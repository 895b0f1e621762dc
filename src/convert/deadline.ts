import { ConversionError } from './errors.ts';

/** Until when one conversion may take, by the wall clock. */
export interface Deadline {
  leftMs(): number;
  /** Throws `CONVERSION_TIMEOUT` once the time is over. */
  check(cause?: unknown): void;
  /**
   * Waits for a step; past the time, whatever came of it is that it took too long. One that does
   * not stop by itself is waited for no longer.
   */
  step<Result>(work: Promise<Result>): Promise<Result>;
  /** For sharp’s `timeout`. */
  seconds(): { seconds: number };
  error(cause?: unknown): ConversionError;
}

/** The most that sharp takes. */
const mostSeconds = 3_600;
/** What is told to stop gets this long: sharp counts whole seconds, begun ones too. */
const graceMs = 2_000;
/** The longest that a timer of Node’s can wait. */
export const mostTimerMs = 2 ** 31 - 1;

export function startDeadline(timeoutMs: number): Deadline {
  const endsAt = performance.now() + timeoutMs;
  const leftMs = () => endsAt - performance.now();
  const error = (cause?: unknown) => timedOut(timeoutMs, cause);

  function check(cause?: unknown) {
    if (leftMs() <= 0) throw error(cause);
  }

  return {
    leftMs,
    check,
    error,
    // Decided by the clock: libvips keeps the errors of all images under way in one buffer, so the
    // message of one that ran out of time can be about another.
    async step(work) {
      const result = await givenUp(work, leftMs() + graceMs, error).catch((failure: unknown) => {
        check(failure);
        throw failure;
      });
      check();
      return result;
    },
    seconds() {
      const seconds = Math.max(1, Math.ceil(leftMs() / 1e3));
      return { seconds: seconds > mostSeconds ? 0 : seconds };
    },
  };
}

/** Rejects when the work has not ended after a time. */
async function givenUp<Result>(
  work: Promise<Result>,
  afterMs: number,
  error: () => ConversionError,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(error()), Math.min(afterMs, mostTimerMs));
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function timedOut(timeoutMs: number, cause?: unknown): ConversionError {
  return new ConversionError(
    'CONVERSION_TIMEOUT',
    `Expected the conversion to take at most ${timeoutMs} ms but it takes longer. Raise the limit timeoutMs to wait for it, or make the image smaller.`,
    { cause },
  );
}
