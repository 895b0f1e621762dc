import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { photoLikeJpeg } from '../../../testing/images.ts';
import type { Violation } from '../check-promise.ts';
import type { FaultEffects, FaultParams } from '../fault.ts';
import { type TestImage, workerLimits } from '../test-images.ts';
import type { World } from '../world.ts';

/** How honest clients are served while other clients stop sending. */
export interface IdleClients {
  convert: Attempt[];
  upload: Attempt[];
}

/** One request of an honest client. */
export interface Attempt {
  /** Undefined if the connection was lost, or no answer came in time. */
  status: number | undefined;
  ms: number;
}

/** Fewer than the server’s connection limit, but far more than its memory for bodies holds. */
const idleClientsByPath = { '/v1/convert': 12, '/v1/uploads': 12 };
const answerTimeoutMs = 15_000;
/** Time for the server to close connections that stop sending. */
const acceptTimeoutMs = 45_000;
const retryPauseMs = 1_000;

export async function holdRequests(
  { server }: Pick<World, 'server'>,
  { salt }: Pick<FaultParams, 'salt'>,
): Promise<FaultEffects> {
  const key = `clients/${salt}.jpg`;
  const image: TestImage = { name: key, bytes: await photoLikeJpeg({ seed: salt }) };
  const idle = await openIdleClients(server.url, salt);
  try {
    const [convert, upload] = await Promise.all([
      untilDone(200, () => post(`${server.url}/v1/convert`, image)),
      untilDone(202, () => post(`${server.url}/v1/uploads?key=${key}`, image)),
    ]);
    const isUploaded = upload.some(({ status }) => status === 202);
    return {
      violations: checkIdleClients({ convert, upload }),
      ...(isUploaded && { uploaded: [{ key, image }] }),
    };
  } finally {
    for (const socket of idle) socket.destroy();
  }
}

/** Honest requests are answered soon, if only with 503, and are served in the end. */
export function checkIdleClients({ convert, upload }: IdleClients): Violation[] {
  const checkPath = (path: string, attempts: Attempt[], done: number) => {
    const wrong = attempts.filter(({ status }) => status !== done && status !== 503);
    return [
      ...wrong.map(
        ({ status, ms }) => `answered ${status ?? 'nothing'} after ${(ms / 1e3).toFixed(1)} s`,
      ),
      ...(attempts.some(({ status }) => status === done)
        ? []
        : [`served none of ${attempts.length} requests`]),
    ].map((reason) => ({ key: `POST ${path} next to idle clients`, reason }));
  };
  return [...checkPath('/v1/convert', convert, 200), ...checkPath('/v1/uploads', upload, 202)];
}

async function openIdleClients(url: string, salt: number): Promise<Socket[]> {
  const { host, hostname, port } = new URL(url);
  const paths = Object.entries(idleClientsByPath).flatMap(([path, count]) =>
    Array.from({ length: count }, (_, i) =>
      path === '/v1/uploads' ? `${path}?key=idle/${salt}-${i}` : path,
    ),
  );
  const sockets = paths.map((path, i) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('error', () => {});
    socket.resume();
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${workerLimits.maxBytes}\r\n\r\n`,
    );
    // Every other one stops in the middle.
    if (i % 2 === 1) socket.write(Buffer.alloc(workerLimits.maxBytes / 2));
    return socket;
  });
  await sleep(retryPauseMs);
  return sockets;
}

async function untilDone(done: number, sendRequest: () => Promise<Attempt>): Promise<Attempt[]> {
  const deadline = performance.now() + acceptTimeoutMs;
  const attempts: Attempt[] = [];
  for (;;) {
    const attempt = await sendRequest();
    attempts.push(attempt);
    if (attempt.status === done || performance.now() > deadline) return attempts;
    await sleep(retryPauseMs);
  }
}

async function post(url: string, { bytes }: TestImage): Promise<Attempt> {
  const startedAt = performance.now();
  const ms = () => performance.now() - startedAt;
  try {
    const signal = AbortSignal.timeout(answerTimeoutMs);
    const answer = await fetch(url, { method: 'POST', body: Buffer.from(bytes), signal });
    await answer.arrayBuffer();
    return { status: answer.status, ms: ms() };
  } catch {
    return { status: undefined, ms: ms() };
  }
}
