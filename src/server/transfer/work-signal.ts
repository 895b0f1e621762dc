import { RequestError } from '../problems/problems.ts';

/** The client has disconnected, so no response is possible. */
export class ClientGoneError extends Error {}

/** Aborted when a request takes too long or its client disconnects. */
export function workSignal(
  request: Request,
  timeoutMs: number,
  reasonOf: (timeoutMs: number) => Error = requestTooSlow,
): AbortSignal {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(reasonOf(timeoutMs)), timeoutMs);
  timer.unref();
  const onGone = () => {
    clearTimeout(timer);
    controller.abort(new ClientGoneError('The client has disconnected.'));
  };
  if (request.signal.aborted) onGone();
  else request.signal.addEventListener('abort', onGone, { once: true });
  return controller.signal;
}

export function requestTooSlow(timeoutMs: number): RequestError {
  return new RequestError(
    'REQUEST_TIMEOUT',
    `Expected the request to finish within ${timeoutMs / 1e3} seconds but it did not. Send less data in one request, or raise REQUEST_TIMEOUT_SECONDS.`,
  );
}

/** The store causes the delay, not the client, so this is not `REQUEST_TIMEOUT`. */
export function storeTooSlow(timeoutMs: number): RequestError {
  return new RequestError(
    'TRY_AGAIN',
    `Expected the store to answer within ${timeoutMs / 1e3} seconds but it did not. Try again; /readyz shows whether the store answers.`,
  );
}

/**
 * Resolves with the result of the work, or rejects with the signal's reason, whichever is first.
 */
export async function unlessAborted<Result>(
  signal: AbortSignal,
  work: Promise<Result>,
): Promise<Result> {
  // After an abort, nothing awaits the work: its failure must not end the process.
  work.catch(() => {});
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
