import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Draw, drawFor } from './draw.ts';

/** What a store under load, or the network to it, does to a request. */
export type ResponseFault =
  | 'slow-down'
  | 'internal-error'
  | 'truncate'
  | 'stall'
  | 'lose-answer'
  | 'hold-put';

export interface HttpProxyOptions {
  target: string;
  /** Decides from the number of a request what happens to it. */
  seed: number;
  /** Called with each request that was answered, and the body of the answer. */
  onAnswer?: (sent: IncomingMessage, body: Buffer) => void;
}

/** A proxy to S3 or SQS that gives wrong answers now and then. */
export interface HttpProxy {
  port: number;
  /** Counts of each wrong answer, and of rejected signatures. */
  readonly counts: Record<ResponseFault | 'clock-refused', number>;
  /** From now on, this share of requests gets this answer; returns a function that ends it. */
  impose(responseFault: ResponseFault, share: number): () => void;
  /** The next write to this path is delayed by this time. */
  holdNextPut(path: string, ms: number): void;
  close(): Promise<void>;
}

/** As in S3, https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const maxClockSkewMs = 15 * 60_000;

/** Long enough for other requests to overtake it. */
const maxHeldMs = 2_500;

export async function startHttpProxy(options: HttpProxyOptions): Promise<HttpProxy> {
  const { hostname, port: targetPort } = new URL(options.target);
  const agent = new Agent({ keepAlive: true });
  const imposed = new Set<{ responseFault: ResponseFault; share: number }>();
  const counts = {
    'slow-down': 0,
    'internal-error': 0,
    truncate: 0,
    stall: 0,
    'lose-answer': 0,
    'hold-put': 0,
    'clock-refused': 0,
  };
  const heldPaths = new Map<string, number>();
  let requests = 0;

  const server = createServer((received, response) => {
    const draw = drawFor(options.seed, requests++);
    answer(received, response, draw).catch(() => response.destroy());
  });

  function responseFaultFor({ method }: IncomingMessage, draw: Draw): ResponseFault | undefined {
    const drawn = [...imposed].find(({ share }) => draw.chance(share))?.responseFault;
    return drawn === 'hold-put' && method !== 'PUT' ? undefined : drawn;
  }

  function heldTime(received: IncomingMessage): number | undefined {
    const path = pathOf(received);
    const delayMs = received.method === 'PUT' ? heldPaths.get(path) : undefined;
    if (delayMs === undefined) return undefined;
    heldPaths.delete(path);
    counts['hold-put']++;
    return delayMs;
  }

  async function answer(received: IncomingMessage, response: ServerResponse, draw: Draw) {
    const body = await buffer(received);
    if (isSkewed(received)) {
      counts['clock-refused']++;
      return refuse(response, 403, 'RequestTimeTooSkewed');
    }
    const responseFault = responseFaultFor(received, draw);
    if (responseFault) counts[responseFault]++;
    if (responseFault === 'slow-down') return refuse(response, 503, 'SlowDown');
    if (responseFault === 'internal-error') return refuse(response, 500, 'InternalError');
    const delayMs =
      heldTime(received) ?? (responseFault === 'hold-put' ? draw.below(maxHeldMs) : 0);
    if (delayMs > 0) await sleep(delayMs);
    // The client has disconnected, and may have sent the request again.
    if (response.destroyed) return;
    const answered = await forward(received, body);
    // Executed, but the client gets no answer.
    if (responseFault === 'lose-answer') return void response.socket?.resetAndDestroy();
    options.onAnswer?.(received, answered.body);
    response.writeHead(answered.status, answered.headers);
    if (responseFault === 'truncate' && answered.body.length > 1) {
      response.write(answered.body.subarray(0, answered.body.length >> 1), () =>
        response.socket?.destroy(),
      );
      return;
    }
    // Nothing more is ever sent: the client must time out.
    if (responseFault === 'stall') {
      return void response.write(answered.body.subarray(0, answered.body.length >> 1));
    }
    response.end(answered.body);
  }

  async function forward({ method, url, headers }: IncomingMessage, body: Buffer) {
    const sent = request({ agent, hostname, port: targetPort, method, path: url, headers });
    sent.end(body);
    const [answered] = (await once(sent, 'response')) as [IncomingMessage];
    const status = answered.statusCode ?? 502;
    return { status, headers: withoutHops(answered.headers), body: await buffer(answered) };
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    counts,
    impose(responseFault, share) {
      const entry = { responseFault, share };
      imposed.add(entry);
      return () => imposed.delete(entry);
    },
    holdNextPut: (path, ms) => heldPaths.set(path, ms),
    async close() {
      agent.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** The body before it was encoded. */
export function pathOf({ url = '' }: IncomingMessage): string {
  return decodeURIComponent(new URL(url, 'http://localhost').pathname);
}

/** Whether a request was signed at a time that S3 does not accept. */
function isSkewed({ headers }: IncomingMessage): boolean {
  const [, ...parts] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(headers['x-amz-date'])) ?? [];
  if (parts.length === 0) return false;
  const [year = 0, month = 1, ...rest] = parts.map(Number);
  const signedAt = Date.UTC(year, month - 1, ...(rest as [number, number, number, number]));
  return Math.abs(Date.now() - signedAt) > maxClockSkewMs;
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml', 'x-amz-request-id': 'soak' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`);
}

/** Headers that belong to one connection. */
function withoutHops({ connection, 'keep-alive': _, ...headers }: OutgoingHttpHeaders) {
  return headers;
}
