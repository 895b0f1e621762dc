import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  DeleteObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { mulberry32 } from '../../src/convert/gray/mulberry32.ts';
import { allocatorSettings } from '../../src/isolation/allocator.ts';
import type { Input } from '../conversions/inputs.ts';
import { rotate } from '../conversions/measure-conversions.ts';
import { type Figure, figureOf, ratioOf } from '../figures.ts';
import { programOf } from '../workers/peers.ts';
import { type Sample, startWorker, type Worker } from '../workers/worker.ts';
import { startServices } from './start-services.ts';

export interface JobResult {
  uploads: string;
  name: string;
  cpuMs: Figure;
  wallMs: Figure;
  /** The time of the first variant, ours one at a time, divided by this one’s. */
  cpuRatio: Figure;
  wallRatio: Figure;
}

interface JobOptions {
  inputs: Input[];
  images: number;
  rounds: number;
  python: string;
  hasPython: boolean;
  print: (line: string) => void;
}

interface Variant {
  name: string;
  worker: 'ours' | 'original' | 'python';
  /** Images in progress at the same time. */
  concurrency: number;
  /** Messages per invocation. */
  batchSize: number;
  isTuned?: boolean;
}

const bucket = 'bench';
const alone = { concurrency: 1, batchSize: 1 };

const variants: Variant[] = [
  { name: 'ours, one at a time', worker: 'ours', ...alone },
  { name: 'ours, four concurrently', worker: 'ours', concurrency: 4, batchSize: 10 },
  { name: 'the original in TypeScript', worker: 'original', ...alone },
  { name: 'the original in Python', worker: 'python', ...alone },
  { name: 'the original in Python, tuned', worker: 'python', isTuned: true, ...alone },
];

/** The whole job against a real store and database: fetch, convert, store, record. */
export async function measureJob(options: JobOptions): Promise<JobResult[]> {
  const services = await startServices(bucket);
  const { settings } = services;
  const env = { ...process.env, ...settings, AWS_PROFILE: undefined, S3_BUCKET: bucket };
  const workers = {
    ours: startWorker([...programOf({ program: 'node' }, ''), 'ours'], {
      ...allocatorSettings,
      ...env,
    }),
    original: startWorker([...programOf({ program: 'node' }, ''), 'original'], env),
    ...(options.hasPython && {
      python: startWorker(programOf({ program: 'python' }, options.python), env),
    }),
  };
  const upload = createUploads(settings);
  try {
    const results: JobResult[] = [];
    for (const [uploads, files] of uploadSets(options)) {
      const measured = await measureVariants(workers, { ...options, uploads, upload, files });
      results.push(...measured);
    }
    return results;
  } finally {
    for (const worker of Object.values(workers)) await worker.close();
    await services.close();
  }
}

/** The mix, as often as the shares say and in mixed order, and the smallest image. */
function uploadSets({ inputs, images }: JobOptions): [uploads: string, files: string[]][] {
  // The original cannot convert HEIC.
  const readable = inputs.filter(({ name }) => !/\.hei[cf]$/i.test(name));
  const random = mulberry32(1);
  const mix = readable
    .flatMap(({ file, share }) => Array<string>(Math.max(1, Math.round(share * images))).fill(file))
    .map((file) => ({ file, order: random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ file }) => file);
  const [smallest] = readable.toSorted((a, b) => a.megapixels - b.megapixels);
  return [
    ['the mix', mix],
    [`only ${smallest?.name}`, Array<string>(images).fill(smallest?.file ?? '')],
  ];
}

interface UploadSet extends JobOptions {
  uploads: string;
  files: string[];
  upload: (files: string[]) => Promise<string[]>;
}

async function measureVariants(
  workers: Partial<Record<Variant['worker'], Worker>>,
  { uploads, upload, files, rounds, print }: UploadSet,
): Promise<JobResult[]> {
  const measured = variants.flatMap((variant) => {
    const worker = workers[variant.worker];
    return worker ? [{ ...variant, worker, samples: [] as Sample[] }] : [];
  });
  for (let round = -1; round < rounds; round++) {
    print(`The whole job, ${uploads}: ${round < 0 ? 'warming up' : `round ${round + 1}`} ...`);
    for (const { worker, samples, name, ...how } of rotate(measured, round + 1)) {
      const keys = await upload(files);
      const sample = await worker.run({ task: 'job', bucket, keys, ...how });
      if (round >= 0) samples.push(sample);
    }
  }
  const [ours] = measured;
  return measured.map(({ name, samples }) => ({
    uploads,
    name,
    cpuMs: figureOf(samples.map(({ cpuMs }) => cpuMs)),
    wallMs: figureOf(samples.map(({ wallMs }) => wallMs)),
    cpuRatio: ratioOfSamples(ours?.samples, samples, 'cpuMs'),
    wallRatio: ratioOfSamples(ours?.samples, samples, 'wallMs'),
  }));
}

function ratioOfSamples(ours: Sample[] = [], theirs: Sample[], measure: 'cpuMs' | 'wallMs') {
  return ratioOf(
    ours.map((sample) => sample[measure]),
    theirs.map((sample) => sample[measure]),
  );
}

/** Uploads under new names, since an object that is already converted would be skipped. */
function createUploads(settings: Record<string, string>) {
  const s3 = new S3Client({
    endpoint: settings.AWS_ENDPOINT_URL ?? '',
    region: settings.AWS_REGION ?? '',
    forcePathStyle: true,
    credentials: {
      accessKeyId: settings.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: settings.AWS_SECRET_ACCESS_KEY ?? '',
    },
  });
  let count = 0;
  return async (files: string[]) => {
    await emptyBucket(s3);
    const keys: string[] = [];
    for (const file of files) {
      const Key = `${++count}-${basename(file)}`;
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: await readFile(file) }));
      keys.push(Key);
    }
    return keys;
  };
}

/** The store keeps its objects in memory: without this, a run at full size needs gigabytes. */
async function emptyBucket(s3: S3Client): Promise<void> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  if (Contents.length === 0) return;
  const Delete = { Objects: Contents.map(({ Key }) => ({ Key })) };
  await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }));
}
