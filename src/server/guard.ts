import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { RequestError } from './problems.ts';

export interface GuardOptions {
  apiToken: string | undefined;
  /** For `/v1/events`, in place of the other. */
  eventsToken: string | undefined;
}

/** Told by probes that have no token; neither says more than yes or no. */
const open = new Set(['/healthz', '/readyz']);

const loopbackHost = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** Who may ask for what. */
export function guard({ apiToken, eventsToken }: GuardOptions): MiddlewareHandler {
  return async (c, next) => {
    const { path, method } = c.req;
    const token = path === '/v1/events' ? (eventsToken ?? apiToken) : apiToken;
    if (!open.has(path)) {
      if (token === undefined) checkHost(c.req.header('host') ?? new URL(c.req.url).host);
      else if (!isAuthorized(c.req.header('authorization'), token)) {
        // Browsers ask for a password once and then send it with every request, pictures included.
        c.header('www-authenticate', 'Basic realm="grayscale", charset="UTF-8"');
        throw new RequestError(
          'UNAUTHORIZED',
          'Expected `Authorization: Bearer TOKEN`, or the token as the password of Basic, as API_TOKEN (for /v1/events EVENTS_TOKEN) has it.',
        );
      }
      if (method !== 'GET' && method !== 'HEAD') checkOrigin(c.req.raw);
    }
    await next();
  };
}

/** Without a token, a page elsewhere could reach a server on loopback by a name of its own for it. */
function checkHost(host: string): void {
  if (loopbackHost.test(host)) return;
  throw new RequestError(
    'MISDIRECTED_HOST',
    'Expected a Host of localhost, 127.0.0.1 or [::1], as no API_TOKEN is set. Set one to serve other names.',
  );
}

/** Browsers send `Origin` with whatever changes something; other clients have none. */
function checkOrigin(request: Request): void {
  const origin = request.headers.get('origin');
  const host = request.headers.get('host') ?? new URL(request.url).host;
  if (origin === null || URL.parse(origin)?.host === host) return;
  throw new RequestError(
    'CROSS_SITE',
    'Expected a page of this server to ask, not of another site.',
  );
}

function isAuthorized(header: string | undefined, token: string): boolean {
  const [, scheme = '', credentials = ''] = /^(\S+)\s+(\S+)$/.exec(header?.trim() ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return isSame(credentials, token);
    case 'basic': {
      const text = Buffer.from(credentials, 'base64').toString();
      return isSame(text.slice(text.indexOf(':') + 1), token);
    }
    default:
      return false;
  }
}

/** In constant time, whatever the lengths. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
