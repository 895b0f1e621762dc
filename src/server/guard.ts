import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { ConfigError } from '../config/index.ts';
import { RequestError } from './problems/problems.ts';

interface GuardOptions {
  apiToken?: string;
  /** For `/v1/events`, instead of the other token. */
  eventsToken?: string;
}

/** Public, for health probes: their responses reveal nothing confidential. */
const publicPaths = new Set(['/healthz', '/readyz']);

const loopbackName = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/** Throws `ConfigError` for an address that would be reachable without a token. */
export function checkListenAddress(host: string, apiToken: string | undefined): void {
  const name = host.includes(':') ? `[${host}]` : host;
  if (apiToken !== undefined || loopbackName.test(name)) return;
  throw new ConfigError([
    `API_TOKEN: expected a token because HOST=${host} is reachable from other machines, but it is not set; without a token, only loopback addresses are allowed`,
  ]);
}

/** Checks a request's token, host and origin. */
export function guard({ apiToken, eventsToken }: GuardOptions): MiddlewareHandler {
  return async (c, next) => {
    const { path } = c.req;
    const token = path === '/v1/events' ? (eventsToken ?? apiToken) : apiToken;
    if (!publicPaths.has(path)) {
      if (token === undefined) checkHost(c.req.header('host') ?? new URL(c.req.url).host);
      else if (!isAuthorized(c.req.header('authorization'), token)) {
        // Browsers ask for a password once and then send it with every request, including those for
        // images.
        c.header('www-authenticate', 'Basic realm="grayscale", charset="UTF-8"');
        throw new RequestError(
          'UNAUTHORIZED',
          'Expected `Authorization: Bearer TOKEN`, or the token as the password of Basic authentication. The token is the value of API_TOKEN, or of EVENTS_TOKEN for /v1/events.',
        );
      }
      checkSite(c.req.raw, path);
    }
    await next();
  };
}

/**
 * Without a token, a foreign page could reach a loopback server through a domain name that it
 * controls.
 */
function checkHost(host: string): void {
  if (loopbackName.test(host.replace(/:\d+$/, ''))) return;
  throw new RequestError(
    'MISDIRECTED_HOST',
    'Expected a Host of localhost, 127.0.0.1 or [::1] because API_TOKEN is not set. Set API_TOKEN to accept other names.',
  );
}

/**
 * Rejects requests of any method from other sites' pages: a GET also takes a slot or CPU
 * time, and such a page could not read the response. Browsers send `Origin` with CORS requests and
 * with methods that change state, and `Sec-Fetch-Site` with every request. Other clients send
 * neither.
 */
function checkSite({ headers, method, url }: Request, path: string): void {
  const origin = headers.get('origin');
  const host = headers.get('host') ?? new URL(url).host;
  const isOwnPage = origin === null || URL.parse(origin)?.host === host;
  if (isOwnPage && (isSameSite(headers) || isLink({ headers, method }, path))) return;
  throw new RequestError(
    'CROSS_SITE',
    'Expected a request from a page of this server but it comes from another site.',
  );
}

/** `none` means that the user typed the address. */
function isSameSite(headers: Headers): boolean {
  return ['same-origin', 'none', null].includes(headers.get('sec-fetch-site'));
}

/**
 * A link that the user follows. `/v1/live` is excluded: a stream is not a page, and it takes a
 * slot.
 */
function isLink({ headers, method }: Pick<Request, 'headers' | 'method'>, path: string): boolean {
  const isPage =
    headers.get('sec-fetch-mode') === 'navigate' && headers.get('sec-fetch-dest') === 'document';
  return isPage && method === 'GET' && path !== '/v1/live';
}

function isAuthorized(header: string | undefined, token: string): boolean {
  const [, scheme = '', credentials = ''] = /^(\S+)\s+(\S+)$/.exec(header?.trim() ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return isEqualInConstantTime(credentials, token);
    case 'basic': {
      const text = Buffer.from(credentials, 'base64').toString();
      return isEqualInConstantTime(text.slice(text.indexOf(':') + 1), token);
    }
    default:
      return false;
  }
}

/** Compares in constant time, independent of the lengths. */
function isEqualInConstantTime(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
