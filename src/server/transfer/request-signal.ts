import { RequestError } from '../problems/problems.ts';

/** The client has disconnected, so no response is possible. */
export class ClientDisconnectedError extends Error {}

/** A signal that aborts when the request takes too long or its client disconnects. */
export function requestSignal(
  request: Request,
  timeoutMs: number,
  reasonOf: (timeoutMs: number) => Error = requestTooSlowError,
): AbortSignal {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(reasonOf(timeoutMs)), timeoutMs);
  timer.unref();
  const onDisconnect = () => {
    clearTimeout(timer);
    controller.abort(new ClientDisconnectedError('The client has disconnected.'));
  };
  if (request.signal.aborted) onDisconnect();
  else request.signal.addEventListener('abort', onDisconnect, { once: true });
  return controller.signal;
}

export function requestTooSlowError(timeoutMs: number): RequestError {
  return new RequestError(
    'REQUEST_TIMEOUT',
    `Expected the request to finish within ${timeoutMs / 1e3} seconds but it did not. Send less data in one request, or raise REQUEST_TIMEOUT_SECONDS.`,
  );
}

/** The store causes the delay, not the client, so this is not `REQUEST_TIMEOUT`. */
export function storeTooSlowError(timeoutMs: number): RequestError {
  return new RequestError(
    'TRY_AGAIN',
    `Expected the store to answer within ${timeoutMs / 1e3} seconds but it did not. Try again; /readyz shows whether the store answers.`,
  );
}
