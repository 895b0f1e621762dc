import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { PlannedUpload } from './draw-plan.ts';
import type { World } from './world.ts';

/** Signals when the workers read a key. */
export interface Reads {
  recordRead(key: string): void;
  /** Resolves at the next read, or after the timeout. */
  next(key: string, timeoutMs: number): Promise<void>;
}

export function createReads(): Reads {
  const waiting = new Map<string, () => void>();
  return {
    recordRead(key) {
      waiting.get(key)?.();
      waiting.delete(key);
    },
    async next(key, timeoutMs) {
      const read = new Promise<void>((resolve) => waiting.set(key, resolve));
      await Promise.race([read, sleep(timeoutMs, undefined, { ref: false })]);
    },
  };
}

/** A worker that never reads the object that is to be replaced during the read. */
const raceTimeoutMs = 10_000;

/**
 * Uploads everything when it is due. Uploads of one key keep the order of the plan; one that races
 * waits until the object that it replaces was read, and that output is delayed on the way to S3.
 */
export async function uploadAll(
  uploads: PlannedUpload[],
  { world, reads }: { world: Pick<World, 'store' | 'bucket' | 's3HttpProxy'>; reads: Reads },
): Promise<void> {
  const { store, bucket, s3HttpProxy } = world;
  const startedAt = performance.now();
  const lastOf = new Map<string, Promise<unknown>>();

  async function upload({ key, image, raceMs }: PlannedUpload, before: unknown): Promise<void> {
    const read = raceMs === undefined ? undefined : reads.next(key, raceTimeoutMs);
    await before;
    if (raceMs !== undefined) {
      await read;
      s3HttpProxy.holdNextPut(`/${bucket}/grayscale/${key}`, raceMs);
    }
    const put = new PutObjectCommand({ Bucket: bucket, Key: key, Body: image.bytes });
    await store.s3.send(put);
  }

  for (const planned of uploads) {
    const waitMs = startedAt + planned.atMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    const done = upload(planned, lastOf.get(planned.key));
    done.catch(() => {}); // awaited below
    lastOf.set(planned.key, done);
  }
  await Promise.all(lastOf.values());
}

/** Counts of delayed and repeated notifications. */
export interface DeliveryCounts {
  late: number;
  repeated: number;
}

/** Sends notifications late and more than once, as the plan says for each upload of a key. */
export function createDelivery(uploads: PlannedUpload[]) {
  const planned = Map.groupBy(uploads, ({ key }) => key);
  const seen = new Map<string, number>();
  const counts: DeliveryCounts = { late: 0, repeated: 0 };
  const pending = new Set<Promise<void>>();

  async function deliver(body: string, send: (body: string) => Promise<void>): Promise<void> {
    const key = keyOf(body);
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    // The workers’ outputs are announced too, immediately and once.
    const deliveriesMs = planned.get(key)?.[nth]?.deliveriesMs ?? [0];
    counts.repeated += deliveriesMs.length - 1;
    counts.late += deliveriesMs.filter((ms) => ms > 0).length;
    for (const ms of deliveriesMs) {
      const sent = sleep(ms).then(() => send(body));
      pending.add(sent);
      void sent.finally(() => pending.delete(sent));
    }
  }

  return {
    deliver,
    counts,
    /** Resolves when all notifications are in the queue. */
    async settled(): Promise<void> {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}

function keyOf(body: string): string {
  const { Records } = JSON.parse(body) as { Records: [{ s3: { object: { key: string } } }] };
  return decodeURIComponent(Records[0].s3.object.key.replaceAll('+', ' '));
}
