import { type Deadline, maxTimerMs } from '../../deadline.ts';

/** What may end a task early. */
export interface TaskLimits {
  deadline: Deadline;
  signal?: AbortSignal | undefined;
}

export function checkLimits({ deadline, signal }: TaskLimits): void {
  deadline.check();
  signal?.throwIfAborted();
}

/** Calls `end` when the task must end, unless the function that it returns was called before. */
export function onceOver(
  { deadline, signal }: TaskLimits,
  end: (reason: unknown) => void,
): () => void {
  const timer = setTimeout(() => end(deadline.error()), Math.min(deadline.leftMs(), maxTimerMs));
  const ends = signal ? AbortSignal.any([deadline.signal, signal]) : deadline.signal;
  const onAbort = () => end(ends.reason);
  ends.addEventListener('abort', onAbort);
  return () => {
    clearTimeout(timer);
    ends.removeEventListener('abort', onAbort);
  };
}
