import type { ClientRequest, Agent as HttpAgent, IncomingMessage } from 'node:http';
import { Agent, request as requestHttps } from 'node:https';

export interface HttpRequest {
  method: string;
  protocol: string;
  hostname: string;
  port: number | undefined;
  path: string;
  headers: Record<string, string>;
  body?: Uint8Array | undefined;
}

export interface HttpResponse {
  statusCode: number;
  /** Names in lower case. Repeated headers are joined. */
  headers: Record<string, string>;
  body: IncomingMessage;
}

export interface HttpLimits {
  connectTimeoutMs?: number | undefined;
  /** How long nothing may arrive, also of a body. */
  socketTimeoutMs?: number | undefined;
  /** From the request to the headers of the response. */
  requestTimeoutMs?: number | undefined;
  /** Further requests wait. */
  maxSockets?: number | undefined;
}

/** Sends requests over connections that are kept. */
export interface HttpClient {
  /** Rejects if there is no response in time, or none at all. */
  send(request: HttpRequest): Promise<HttpResponse>;
  close(): void;
}

export function createHttpClient({ maxSockets = 50, ...limits }: HttpLimits = {}): HttpClient {
  const options = { keepAlive: true, maxSockets: maxSockets };
  const tls = { request: requestHttps, agent: new Agent(options) };
  let plain: Promise<Transport> | undefined;

  async function openPlain(): Promise<Transport> {
    // Outside AWS only: loading it takes longer than loading HTTPS.
    const { Agent, request } = await import('node:http');
    return { request, agent: new Agent(options) };
  }

  return {
    async send(request) {
      if (request.protocol !== 'http:') return await exchange(request, tls, limits);
      plain ??= openPlain();
      return await exchange(request, await plain, limits);
    },
    close() {
      tls.agent.destroy();
      plain?.then(({ agent }) => agent.destroy());
    },
  };
}

interface Transport {
  request: typeof requestHttps;
  agent: HttpAgent;
}

function exchange(
  { hostname, body, protocol: _, ...options }: HttpRequest,
  { request, agent }: Transport,
  limits: HttpLimits,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    // An IPv6 address has brackets in a URL only.
    const sent = request({ ...options, host: hostname.replace(/^\[|\]$/g, ''), agent });
    const stopTimers = limitTime(sent, limits);
    sent.on('error', reject);
    sent.on('close', stopTimers);
    sent.on('response', (response) => {
      stopTimers();
      resolve({
        statusCode: response.statusCode ?? 0,
        headers: joinHeaders(response),
        body: response,
      });
    });
    sent.end(body);
  });
}

/** Ends a request that is too slow. The returned function ends the limits before a response. */
function limitTime(
  request: ClientRequest,
  { connectTimeoutMs = 3_000, socketTimeoutMs = 10_000, requestTimeoutMs = 60_000 }: HttpLimits,
): () => void {
  const end = (what: string) => () => request.destroy(new Error(`Timeout: ${what}`));
  const response = setTimeout(end('no response'), requestTimeoutMs);
  let connection: NodeJS.Timeout | undefined;
  request.setTimeout(socketTimeoutMs, end('nothing arrives'));
  request.on('socket', (socket) => {
    if (!socket.connecting) return;
    connection = setTimeout(end('no connection'), connectTimeoutMs);
    socket.once('connect', () => clearTimeout(connection));
  });
  return () => {
    clearTimeout(response);
    clearTimeout(connection);
  };
}

function joinHeaders({ headersDistinct }: IncomingMessage): Record<string, string> {
  const entries = Object.entries(headersDistinct);
  return Object.fromEntries(entries.map(([name, values = []]) => [name, values.join(',')]));
}
