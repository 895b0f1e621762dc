import { PutObjectCommand } from '@aws-sdk/client-s3';
import { photoLikeJpeg } from '../../../testing/images.ts';
import type { Violation } from '../check-promise.ts';
import type { FaultEffects, FaultParams } from '../fault.ts';
import type { World } from '../world.ts';
import { measureCost, type ServerCost } from './server-cost.ts';

/** The effect of one hostile event on the server. */
export interface BombReport extends ServerCost {
  bomb: string;
  /** Undefined if the connection was lost. */
  status: number | undefined;
}

/** Prefix of every key in the hostile events. */
export const forgedPrefix = 'forged/';

const maxBytes = 4 * 2 ** 20 - 1_000;
const answerTimeoutMs = 60_000;
const limits = {
  maxHealthCpuMs: 1_000,
  logBytes: 2 ** 20,
  memoryGrowthBytes: 256 * 2 ** 20,
} satisfies ServerCost;

/** Events of the maximum size that the server reads, about an existing key. */
const bombs: Record<string, (bucket: string, key: string) => string> = {
  'many empty records': () => `{"Records":[${'{},'.repeat(900_000)}{}]}`,
  'many keys': (bucket, key) => eventOf((i) => recordOf({ bucket, key: `${key}/${i}` })),
  'forged ETags': (bucket, key) =>
    eventOf((i) => recordOf({ bucket, key, eTag: i.toString(16).padStart(32, '0') })),
  'forged versions': (bucket, key) =>
    eventOf((i) => recordOf({ bucket, key, versionId: `forged-${i}` })),
  'a long ETag': (bucket, key) => oneRecord({ bucket, key, eTag: 'e'.repeat(100_000) }),
  'a long key': (bucket) => oneRecord({ bucket, key: 'k'.repeat(1_000_000) }),
  'a long sequencer': (bucket, key) => oneRecord({ bucket, key, sequencer: 'F'.repeat(1_000_000) }),
  'a long name': (bucket, key) =>
    oneRecord({ bucket, key, eventName: `ObjectCreated:${'P'.repeat(1_000_000)}` }),
};

/** Sends each of them once, one after another. */
export async function sendBombs(
  { server, store, bucket }: Pick<World, 'server' | 'store' | 'bucket'>,
  { salt }: Pick<FaultParams, 'salt'>,
): Promise<FaultEffects> {
  const key = `${forgedPrefix}${salt}.jpg`;
  const image = { name: key, bytes: await photoLikeJpeg({ seed: salt }) };
  await store.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: image.bytes }));
  const violations: Violation[] = [];
  for (const [bomb, make] of Object.entries(bombs)) {
    const body = make(bucket, key);
    let status: number | undefined;
    const cost = await measureCost(server, async () => {
      status = await send(`${server.url}/v1/events`, body);
    });
    violations.push(...checkBomb({ bomb, status, ...cost }));
  }
  return { violations, uploaded: [{ key, image }], bombs: Object.keys(bombs).length };
}

/** The server answers, delays no other client, and fills neither memory nor log. */
export function checkBomb({ bomb, status, ...cost }: BombReport): Violation[] {
  const names = Object.keys(limits) as (keyof ServerCost)[];
  const reasons = [
    ...(status === undefined || (status >= 500 && status !== 503) ? [`answered ${status}`] : []),
    ...names.flatMap((name) =>
      cost[name] <= limits[name]
        ? []
        : [`${name} is ${cost[name].toFixed(0)}; expected at most ${limits[name]}`],
    ),
  ];
  return reasons.map((reason) => ({ key: `event with ${bomb}`, reason }));
}

async function send(url: string, body: string): Promise<number | undefined> {
  try {
    const signal = AbortSignal.timeout(answerTimeoutMs);
    const answer = await fetch(url, { method: 'POST', body, signal });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return undefined;
  }
}

interface Forged {
  bucket: string;
  key: string;
  eTag?: string;
  versionId?: string;
  sequencer?: string;
  eventName?: string;
}

/** As short as possible. */
function recordOf({ bucket, eventName, ...object }: Forged): string {
  const s3 = { bucket: { name: bucket }, object };
  return JSON.stringify({ eventVersion: '2.1', ...(eventName && { eventName }), s3 });
}

function oneRecord(forged: Forged): string {
  return `{"Records":[${recordOf(forged)}]}`;
}

/** As many records as fit. */
function eventOf(record: (i: number) => string): string {
  const records: string[] = [];
  for (let bytes = 0, i = 0; bytes < maxBytes; i++) {
    const text = record(i);
    bytes += text.length + 1;
    if (bytes < maxBytes) records.push(text);
  }
  return `{"Records":[${records.join()}]}`;
}
