import type { ServerResponse } from 'node:http';
import type { Context } from 'hono';

/** Node's own answer; there is none where the app is called without a server. */
export function outgoingOf(c: Context): ServerResponse | undefined {
  return (c.env as { outgoing?: ServerResponse } | undefined)?.outgoing;
}

/**
 * Calls back when the answer is over: sent in full, given up, or its client has gone. It depends on
 * the connection, and on nobody who reads the body.
 */
export function whenClosed(outgoing: ServerResponse, listener: () => void): void {
  if (outgoing.destroyed || outgoing.closed) listener();
  else outgoing.once('close', listener);
}

/** The same as a signal. Without a server, the client's own signal tells. */
export function closedSignal(c: Context): AbortSignal {
  const outgoing = outgoingOf(c);
  if (!outgoing) return c.req.raw.signal;
  const controller = new AbortController();
  whenClosed(outgoing, () => controller.abort());
  return controller.signal;
}
