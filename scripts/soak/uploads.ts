import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import type { PlannedUpload } from './draw-plan.ts';

/** Uploads everything when it is due. Under one key, the order is that of the plan. */
export async function uploadAll(
  uploads: PlannedUpload[],
  { store, bucket }: { store: StoreAndQueue; bucket: string },
): Promise<void> {
  const startedAt = performance.now();
  const lastOf = new Map<string, Promise<unknown>>();
  for (const { atMs, key, picture } of uploads) {
    const waitMs = startedAt + atMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    const put = new PutObjectCommand({ Bucket: bucket, Key: key, Body: picture.bytes });
    const before = lastOf.get(key);
    const done = (async () => {
      await before;
      await store.s3.send(put);
    })();
    done.catch(() => {}); // awaited below
    lastOf.set(key, done);
  }
  await Promise.all(lastOf.values());
}

/** What was done to notifications on their way. */
export interface DeliveryCounts {
  late: number;
  repeated: number;
}

/** Sends notifications late and more than once, as the plan says for each upload of a key. */
export function createDelivery(uploads: PlannedUpload[]) {
  const planned = Map.groupBy(uploads, ({ key }) => key);
  const seen = new Map<string, number>();
  const counts: DeliveryCounts = { late: 0, repeated: 0 };
  const underWay = new Set<Promise<void>>();

  async function deliver(body: string, send: (body: string) => Promise<void>): Promise<void> {
    const key = keyOf(body);
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    // The outputs of the workers are announced too, at once and once.
    const deliveriesMs = planned.get(key)?.[nth]?.deliveriesMs ?? [0];
    counts.repeated += deliveriesMs.length - 1;
    counts.late += deliveriesMs.filter((ms) => ms > 0).length;
    for (const ms of deliveriesMs) {
      const sent = sleep(ms).then(() => send(body));
      underWay.add(sent);
      void sent.finally(() => underWay.delete(sent));
    }
  }

  return {
    deliver,
    counts,
    /** All that was announced is in the queue. */
    async settled(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

function keyOf(body: string): string {
  const { Records } = JSON.parse(body) as { Records: [{ s3: { object: { key: string } } }] };
  return decodeURIComponent(Records[0].s3.object.key.replaceAll('+', ' '));
}
