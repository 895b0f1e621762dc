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
import { type Draw, drawFor } from '../fuzz/draw.ts';

/** What a store under load, or the way to it, does to a request. */
export type Misanswer = 'slow-down' | 'internal-error' | 'truncate' | 'lose-answer';

export interface HttpProxyOptions {
  target: string;
  /** With the number of a request, decides what happens to it. */
  seed: number;
  /** Told of each request that was answered, with the answer's body. */
  onAnswer?: (sent: IncomingMessage, body: Buffer) => void;
}

/** A way to S3 or SQS that answers wrongly now and then. */
export interface HttpProxy {
  port: number;
  /** How often each misanswer was given, and signatures refused. */
  readonly given: Record<Misanswer | 'clock-refused', number>;
  /** From now on, this share of requests is answered so; returns what ends it. */
  impose(misanswer: Misanswer, share: number): () => void;
  close(): Promise<void>;
}

/** As S3, https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const mostClockSkewMs = 15 * 60_000;

export async function startHttpProxy(options: HttpProxyOptions): Promise<HttpProxy> {
  const { hostname, port: targetPort } = new URL(options.target);
  const agent = new Agent({ keepAlive: true });
  const imposed = new Set<{ misanswer: Misanswer; share: number }>();
  const given = {
    'slow-down': 0,
    'internal-error': 0,
    truncate: 0,
    'lose-answer': 0,
    'clock-refused': 0,
  };
  let requests = 0;

  const server = createServer((received, response) => {
    const draw = drawFor(options.seed, requests++);
    answer(received, response, draw).catch(() => response.destroy());
  });

  function misanswerFor(draw: Draw): Misanswer | undefined {
    return [...imposed].find(({ share }) => draw.chance(share))?.misanswer;
  }

  async function answer(received: IncomingMessage, response: ServerResponse, draw: Draw) {
    const body = await buffer(received);
    if (isSkewed(received)) {
      given['clock-refused']++;
      return refuse(response, 403, 'RequestTimeTooSkewed');
    }
    const misanswer = misanswerFor(draw);
    if (misanswer) given[misanswer]++;
    if (misanswer === 'slow-down') return refuse(response, 503, 'SlowDown');
    if (misanswer === 'internal-error') return refuse(response, 500, 'InternalError');
    const answered = await forward(received, body);
    // Done, but nobody hears of it.
    if (misanswer === 'lose-answer') return void response.socket?.resetAndDestroy();
    options.onAnswer?.(received, answered.body);
    response.writeHead(answered.status, answered.headers);
    if (misanswer === 'truncate' && answered.body.length > 1) {
      response.write(answered.body.subarray(0, answered.body.length >> 1), () =>
        response.socket?.destroy(),
      );
      return;
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
    given,
    impose(misanswer, share) {
      const entry = { misanswer, share };
      imposed.add(entry);
      return () => imposed.delete(entry);
    },
    async close() {
      agent.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Whether a request was signed at a time that S3 does not take. */
function isSkewed({ headers }: IncomingMessage): boolean {
  const [, ...parts] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(headers['x-amz-date'])) ?? [];
  if (parts.length === 0) return false;
  const [year = 0, month = 1, ...rest] = parts.map(Number);
  const signedAt = Date.UTC(year, month - 1, ...(rest as [number, number, number, number]));
  return Math.abs(Date.now() - signedAt) > mostClockSkewMs;
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml', 'x-amz-request-id': 'soak' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`);
}

/** Headers that belong to one connection. */
function withoutHops({ connection, 'keep-alive': _, ...headers }: OutgoingHttpHeaders) {
  return headers;
}
