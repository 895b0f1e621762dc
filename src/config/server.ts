import { integer, secret, text, variable } from './variable.ts';

export const server = {
  host: variable('HOST', text, '127.0.0.1', 'Address that `serve` listens on.'),
  port: variable(
    'PORT',
    integer(0, 65_535),
    8080,
    'Port that `serve` listens on; 0 picks a free port.',
  ),
  apiToken: secret(
    'API_TOKEN',
    token,
    'Token that API clients must send, as Bearer token or Basic password. Must be set if `serve` listens on an address other than loopback.',
  ),
  eventsToken: secret(
    'EVENTS_TOKEN',
    token,
    'Token that `/v1/events` requires instead of `API_TOKEN`, for the store’s webhook.',
  ),
  requestTimeoutSeconds: variable(
    'REQUEST_TIMEOUT_SECONDS',
    integer(1, 3_600),
    60,
    'Max duration of one API request, including its body, in seconds.',
  ),
  conversionNiceness: variable(
    'CONVERSION_NICENESS',
    integer(0, 19),
    5,
    'Niceness of the processes in which `serve` converts; those of `work` have twice as much, so that a server on the same machine answers first. A higher value lowers their CPU priority; 0 leaves it unchanged.',
  ),
  pollIntervalSeconds: variable(
    'POLL_INTERVAL_SECONDS',
    integer(1, 86_400),
    30,
    'Pause between two listings of `serve --poll`, in seconds.',
  ),
};

/** A token that is valid in a header and hard to guess. */
function token(value: string): string {
  if (/^[\x21-\x7e]{16,512}$/.test(value)) return value;
  throw new Error('16 to 512 printable ASCII characters without spaces');
}
