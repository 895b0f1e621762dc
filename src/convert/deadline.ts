import { ConversionError } from './errors.ts';
import { limitNames } from './limits.ts';

/** The wall-clock time limit of one conversion. */
export interface Deadline {
  leftMs(): number;
  /**
   * Throws `CONVERSION_TIMEOUT` after the deadline, or the reason given to {@link Deadline.end}.
   */
  check(cause?: unknown): void;
  /**
   * Waits for a step. After the deadline it fails with `CONVERSION_TIMEOUT`, even if the step
   * succeeded. It stops waiting for a step that does not stop by itself.
   */
  step<Result>(work: Promise<Result>): Promise<Result>;
  /** Stops the clock until {@link Deadline.resume}. */
  pause(): void;
  resume(): void;
  /** Ends running work early. */
  end(reason: Error): void;
  /** Aborted by {@link Deadline.end}. */
  readonly signal: AbortSignal;
  /** The remaining time, for sharp’s `timeout`. */
  seconds(): { seconds: number };
  error(cause?: unknown): ConversionError;
}

/** The maximum that sharp accepts. */
const maxSeconds = 3_600;
/** How long stopped work may take to end: sharp counts whole seconds, rounded up. */
const graceMs = 2_000;
/** The longest delay of a Node timer. */
export const maxTimerMs = 2 ** 31 - 1;

export function startDeadline(timeoutMs: number): Deadline {
  let endsAt = performance.now() + timeoutMs;
  let pausedMs: number | undefined;
  const ending = new AbortController();
  const { signal } = ending;
  const leftMs = () => pausedMs ?? endsAt - performance.now();
  const error = (cause?: unknown) => timeoutError(timeoutMs, cause);

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
    // The clock decides, not the error: libvips keeps the errors of all running images in one
    // buffer, so a timeout’s message may belong to another image.
    async step(work) {
      const limit = { afterMs: leftMs() + graceMs, error, signal };
      const result = await raceWithLimit(work, limit).catch((failure: unknown) => {
        check(failure);
        throw failure;
      });
      check();
      return result;
    },
    seconds() {
      const seconds = Math.max(1, Math.ceil(leftMs() / 1e3));
      return { seconds: seconds > maxSeconds ? 0 : seconds };
    },
  };
}

interface StepLimit extends Pick<Deadline, 'error' | 'signal'> {
  afterMs: number;
}

/** Rejects if the work does not finish in time or is ended early. */
async function raceWithLimit<Result>(
  work: Promise<Result>,
  { afterMs, error, signal }: StepLimit,
): Promise<Result> {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(error()), Math.min(afterMs, maxTimerMs));
  const onEnd = () => reject(signal.reason);
  signal.addEventListener('abort', onEnd);
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onEnd);
  }
}

function timeoutError(timeoutMs: number, cause?: unknown): ConversionError {
  return new ConversionError(
    'CONVERSION_TIMEOUT',
    `Expected the conversion to take at most ${timeoutMs} ms but it took longer. Raise the limit ${limitNames.timeoutMs} to wait for it, or make the image smaller.`,
    { cause },
  );
}
