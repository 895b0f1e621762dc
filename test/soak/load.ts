import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { readOutcome } from '../../src/sandbox/log-reader.ts';
import { photoLikeJpeg } from '../../testing/images.ts';
import { untilEmpty } from './queue.ts';
import { createBacklog, type LoadSample, sampleLoad } from './sample-load.ts';
import { startWorld, type World } from './world.ts';

export interface LoadOptions {
  /** Number of uploads in the burst. */
  burst: number;
  /** Duration of the steady uploads, at a share of the rate of the burst. */
  steadySeconds: number;
  workers: number;
}

export interface LoadReport extends LoadOptions {
  burstSeconds: number;
  capacityPerSecond: number;
  steadyPerSecond: number;
  /** Index of the sample where the steady part begins. */
  steadyFrom: number;
  samples: LoadSample[];
  rows: number;
  problems: string[];
}

const steadyShare = 0.8;
const drainTimeoutMs = 900_000;
/** Connections of `grayscale serve`: its pool and the listening connection. */
const serverConnections = 9;

/** No faults: a burst into an empty queue, then a steady stream below the measured capacity. */
export async function load(options: LoadOptions): Promise<LoadReport> {
  const { burst, steadySeconds, workers } = options;
  const backlog = createBacklog();
  const world = await startWorld({
    ...{ seed: 0, workers, queue: 'sqs', visibilityTimeoutSeconds: 120 },
    onLine(line) {
      const outcome = readOutcome(line);
      if (outcome) backlog.done(outcome.key);
    },
  });
  try {
    const upload = await createUploader(world, backlog.announced);
    const sampler = sampleLoad(world, backlog);
    const startedAt = performance.now();
    await uploadConcurrently(burst, upload);
    await untilEmpty(world.store, drainTimeoutMs);
    const burstSeconds = (performance.now() - startedAt) / 1e3;
    const capacityPerSecond = burst / burstSeconds;
    const steadyPerSecond = capacityPerSecond * steadyShare;
    const steady = Math.floor(steadySeconds * steadyPerSecond);
    await uploadSteadily(steady, { upload, from: burst, perSecond: steadyPerSecond });
    const isEmpty = await untilEmpty(world.store, drainTimeoutMs);
    const samples = await sampler.stop();
    const rows = await countRows(world);
    return {
      ...{ ...options, burstSeconds, capacityPerSecond, steadyPerSecond, samples, rows },
      steadyFrom: burstSeconds,
      problems: [
        ...(isEmpty ? [] : ['the queue did not become empty']),
        ...(rows === burst + steady ? [] : [`${rows} rows for ${burst + steady} uploads`]),
        ...problemsOf(samples, workers),
      ],
    };
  } finally {
    await world.close();
  }
}

type Upload = (i: number) => Promise<void>;

async function createUploader(
  { store, bucket }: World,
  announced: (key: string) => void,
): Promise<Upload> {
  const images = await Promise.all(
    Array.from({ length: 50 }, (_, seed) => photoLikeJpeg({ seed, width: 96, height: 64 })),
  );
  return async (i) => {
    const Key = `load/${i}.jpg`;
    const Body = images[i % images.length] as Buffer;
    announced(Key);
    await store.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
  };
}

async function uploadConcurrently(count: number, upload: Upload): Promise<void> {
  let next = 0;
  const sender = async () => {
    while (next < count) await upload(next++);
  };
  await Promise.all(Array.from({ length: 8 }, sender));
}

async function uploadSteadily(
  count: number,
  { upload, from, perSecond }: { upload: Upload; from: number; perSecond: number },
): Promise<void> {
  const startedAt = performance.now();
  const pending: Promise<void>[] = [];
  for (let i = 0; i < count; i++) {
    const waitMs = startedAt + (i / perSecond) * 1e3 - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    pending.push(upload(from + i));
  }
  await Promise.all(pending);
}

async function countRows({ database }: World): Promise<number> {
  const { rows } = await database.query(
    "SELECT count(*)::int AS n FROM image_metadata WHERE status = 'converted'",
  );
  return rows[0].n;
}

function problemsOf(samples: LoadSample[], workers: number): string[] {
  const max = Math.max(...samples.map(({ connections }) => connections));
  const allowed = workers + serverConnections;
  if (max <= allowed) return [];
  return [`${max} connections to PostgreSQL; expected at most one per worker and 9 of the server`];
}

export function describeLoad(report: LoadReport): string {
  const { burst, workers, samples, steadyFrom, problems } = report;
  const max = (of: keyof LoadSample, part = samples) =>
    Math.max(0, ...part.map((sample) => sample[of]));
  const steady = samples.filter(({ second }) => second >= steadyFrom);
  return [
    `burst: ${burst} uploads, ${workers} workers: ${report.burstSeconds.toFixed(0)} s, ${report.capacityPerSecond.toFixed(1)} per second`,
    `steady: ${report.steadyPerSecond.toFixed(1)} per second for ${report.steadySeconds} s; oldest message max ${max('oldestSeconds', steady).toFixed(1)} s`,
    `max: oldest message ${max('oldestSeconds').toFixed(1)} s, worker ${max('workerMb').toFixed(0)} MB, ${max('connections')} connections, server's event loop ${max('serverDelayMs').toFixed(0)} ms late (p99)`,
    ...(problems.length > 0
      ? problems.map((problem) => `BROKEN ${problem}`)
      : ['All limits were kept.']),
  ].join('\n');
}
