import { setTimeout as sleep } from 'node:timers/promises';
import type { ImageList } from '../../../src/server/api/schemas.ts';
import type { Violation } from '../check-promise.ts';
import type { FaultEffects, FaultParams } from '../fault.ts';
import { requestTimeoutSeconds } from '../test-images.ts';
import type { World } from '../world.ts';

const reads = 4;
/** The store may use the time limit before the body, and once more in the middle. */
const longestMs = 2 * requestTimeoutSeconds * 1e3 + 4_000;
const findTimeoutMs = 20_000;
const findPauseMs = 250;

/**
 * The store sends half of each requested object and then nothing, for ever. Workers must time out by
 * themselves, and the server must close its clients’ connections.
 */
export async function stallStore(
  { s3HttpProxy, server }: Pick<World, 's3HttpProxy' | 'server'>,
  { share, lastsMs }: Pick<FaultParams, 'share' | 'lastsMs'>,
): Promise<FaultEffects> {
  const link = await findOutput(server.url);
  const end = s3HttpProxy.impose('stall', share);
  const reading = Promise.all(link ? Array.from({ length: reads }, () => timeOf(link)) : []);
  await sleep(lastsMs);
  end();
  const times = await reading;
  return {
    violations: checkReads(times),
    counts: { 'downloads from a store that stalls': times.length },
  };
}

/** The duration of each download; undefined if it did not end. */
export function checkReads(times: (number | undefined)[]): Violation[] {
  const endless = times.filter((ms) => ms === undefined).length;
  if (endless === 0) return [];
  const reason = `kept ${endless} of ${times.length} clients waiting for longer than ${longestMs / 1e3} s, with a time limit of ${requestTimeoutSeconds} s`;
  return [{ key: 'GET /v1/images/{id}/gray of a store that stalls', reason }];
}

/** Undefined if no image is converted yet, or if other faults make the list unavailable. */
async function findOutput(url: string): Promise<string | undefined> {
  const deadline = performance.now() + findTimeoutMs;
  while (performance.now() < deadline) {
    const signal = AbortSignal.timeout(findTimeoutMs);
    const answer = await fetch(`${url}/v1/images?status=converted&limit=1`, { signal }).catch(
      () => undefined,
    );
    if (answer?.ok) {
      const { images } = (await answer.json()) as ImageList;
      if (images[0]?.links.gray) return url + images[0].links.gray;
    }
    await sleep(findPauseMs);
  }
  return undefined;
}

async function timeOf(url: string): Promise<number | undefined> {
  const startedAt = performance.now();
  const signal = AbortSignal.timeout(longestMs);
  try {
    await (await fetch(url, { signal })).arrayBuffer();
  } catch {
    if (signal.aborted) return undefined;
  }
  return performance.now() - startedAt;
}
