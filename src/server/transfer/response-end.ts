import type { ServerResponse } from 'node:http';
import type { Context } from 'hono';

/** Node's response object; undefined if the app is called without a server. */
export function nodeResponseOf(c: Context): ServerResponse | undefined {
  return (c.env as { outgoing?: ServerResponse } | undefined)?.outgoing;
}

/**
 * Calls back when the response is over: sent in full, abandoned, or the client has disconnected.
 * This depends on the connection, whether or not the body is read.
 */
export function whenClosed(outgoing: ServerResponse, listener: () => void): void {
  if (outgoing.destroyed || outgoing.closed) listener();
  else outgoing.once('close', listener);
}

/** A signal that aborts when the response is over. Without a server, the request's own signal. */
export function closedSignal(c: Context): AbortSignal {
  const outgoing = nodeResponseOf(c);
  if (!outgoing) return c.req.raw.signal;
  const controller = new AbortController();
  whenClosed(outgoing, () => controller.abort());
  return controller.signal;
}
