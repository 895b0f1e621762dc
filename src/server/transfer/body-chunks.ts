import { RequestError } from '../problems/problems.ts';

/** Minimum speed of a client, so that idle clients do not hold resources. */
export interface MinSpeed {
  /** How long a client may send nothing; data sent in time restores this allowance. */
  graceMs: number;
  bytesPerSecond: number;
}

/** Slower than any realistic connection for uploads. */
export const defaultMinSpeed: MinSpeed = { graceMs: 10_000, bytesPerSecond: 4_096 };

/**
 * The chunks of a body as they arrive. Throws `REQUEST_TIMEOUT` for a client that is too slow, and
 * the signal's reason. Only time spent waiting for the client counts, not the caller's own work.
 */
export async function* bodyChunks(
  { body }: Request,
  { signal, minSpeed = defaultMinSpeed }: { signal: AbortSignal; minSpeed?: MinSpeed },
): AsyncGenerator<Uint8Array, void, undefined> {
  if (body === null) return;
  const reader = body.getReader();
  let allowanceMs = minSpeed.graceMs;
  try {
    for (;;) {
      const startedAt = performance.now();
      const { done, value } = await withinAllowance(reader.read(), allowanceMs, {
        signal,
        minSpeed,
      });
      if (done) return;
      const waitedMs = performance.now() - startedAt;
      const earnedMs = (value.byteLength / minSpeed.bytesPerSecond) * 1e3;
      allowanceMs = Math.min(minSpeed.graceMs, allowanceMs - waitedMs + earnedMs);
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function withinAllowance<Result>(
  reading: Promise<Result>,
  allowanceMs: number,
  { signal, minSpeed }: { signal: AbortSignal; minSpeed: MinSpeed },
): Promise<Result> {
  signal.throwIfAborted();
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(bodyTooSlowError(minSpeed)), Math.max(0, allowanceMs));
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([reading, interrupted]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    // If the wait is abandoned, the read rejects later, when the connection closes.
    reading.catch(() => {});
  }
}

function bodyTooSlowError({ graceMs, bytesPerSecond }: MinSpeed): RequestError {
  return new RequestError(
    'REQUEST_TIMEOUT',
    `Expected a body that arrives at ${bytesPerSecond} bytes per second or more, with pauses of at most ${graceMs / 1e3} seconds, but it arrived more slowly. Send it again over a faster connection.`,
  );
}
