import { ConversionError } from './errors.ts';

/** Until when one conversion may take, by the wall clock. */
export interface Deadline {
  leftMs(): number;
  /** Throws `CONVERSION_TIMEOUT` once the time is over, and the reason once it was ended. */
  check(cause?: unknown): void;
  /**
   * Waits for a step. Past the time it fails with `CONVERSION_TIMEOUT`, whatever its own result.
   * One that does not stop by itself is waited for no longer.
   */
  step<Result>(work: Promise<Result>): Promise<Result>;
  /** Stops the clock, until {@link Deadline.resume}. */
  pause(): void;
  resume(): void;
  /** Ends what is under way before its time. */
  end(reason: Error): void;
  /** Aborted by {@link Deadline.end}. */
  readonly signal: AbortSignal;
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
  let endsAt = performance.now() + timeoutMs;
  let pausedMs: number | undefined;
  const ending = new AbortController();
  const { signal } = ending;
  const leftMs = () => pausedMs ?? endsAt - performance.now();
  const error = (cause?: unknown) => timedOut(timeoutMs, cause);

  function check(cause?: unknown) {
    signal.throwIfAborted();
    if (leftMs() <= 0) throw error(cause);
  }

  return {
    leftMs,
    check,
    error,
    signal,
    pause() {
      pausedMs = leftMs();
    },
    resume() {
      endsAt = performance.now() + leftMs();
      pausedMs = undefined;
    },
    end: (reason) => ending.abort(reason),
    // Decided by the clock: libvips keeps the errors of all images under way in one buffer, so the
    // message of one that ran out of time can be about another.
    async step(work) {
      const limit = { afterMs: leftMs() + graceMs, error, signal };
      const result = await givenUp(work, limit).catch((failure: unknown) => {
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

interface StepLimit extends Pick<Deadline, 'error' | 'signal'> {
  afterMs: number;
}

/** Rejects when the work has not ended after a time, or is ended before. */
async function givenUp<Result>(
  work: Promise<Result>,
  { afterMs, error, signal }: StepLimit,
): Promise<Result> {
  const { promise: givingUp, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(error()), Math.min(afterMs, mostTimerMs));
  const onEnd = () => reject(signal.reason);
  signal.addEventListener('abort', onEnd);
  try {
    return await Promise.race([work, givingUp]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onEnd);
  }
}

function timedOut(timeoutMs: number, cause?: unknown): ConversionError {
  return new ConversionError(
    'CONVERSION_TIMEOUT',
    `Expected the conversion to take at most ${timeoutMs} ms but it takes longer. Raise the limit timeoutMs to wait for it, or make the image smaller.`,
    { cause },
  );
}
