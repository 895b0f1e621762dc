import { integer, secret, text, variable } from './variable.ts';

export const server = {
  host: variable('HOST', text, '127.0.0.1', 'Address that `serve` listens on.'),
  port: variable('PORT', integer(0, 65_535), 8080, 'Port that `serve` listens on; 0 picks one.'),
  apiToken: secret(
    'API_TOKEN',
    token,
    'Required by the API as Bearer token or Basic password; must be set on any address but loopback.',
  ),
  eventsToken: secret(
    'EVENTS_TOKEN',
    token,
    'Required by `/v1/events` instead of `API_TOKEN`, for the store’s webhook.',
  ),
  requestTimeoutSeconds: variable(
    'REQUEST_TIMEOUT_SECONDS',
    integer(1, 3_600),
    60,
    'Max seconds for one API request, including its body.',
  ),
  conversionNiceness: variable(
    'CONVERSION_NICENESS',
    integer(0, 19),
    5,
    'How much the server’s conversions lower their priority, as a `nice` value; 0 leaves it unchanged.',
  ),
  pollIntervalSeconds: variable(
    'POLL_INTERVAL_SECONDS',
    integer(1, 86_400),
    30,
    'Seconds that `serve --poll` waits between two listings.',
  ),
};

/** A token that is valid in a header and hard to guess. */
function token(value: string): string {
  if (/^[\x21-\x7e]{16,512}$/.test(value)) return value;
  throw new Error('16 to 512 printable ASCII characters without spaces');
}
