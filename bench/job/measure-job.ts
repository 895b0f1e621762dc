import { readFile } from 'node:fs/promises';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { allocatorSettings } from '../../src/isolation/allocator.ts';
import { rotate } from '../conversions/measure-conversions.ts';
import { type Figure, figureOf, ratioOf } from '../figures.ts';
import { programOf } from '../workers/peers.ts';
import { type Sample, startWorker, type Worker } from '../workers/worker.ts';
import { startServices } from './start-services.ts';

export interface JobResult {
  name: string;
  cpuMs: Figure;
  wallMs: Figure;
  /** Our time, at the default concurrency, divided by this peer’s. */
  cpuRatio: Figure;
  wallRatio: Figure;
}

interface JobOptions {
  /** The image that is uploaded repeatedly. */
  file: string;
  images: number;
  rounds: number;
  python: string;
  hasPython: boolean;
  print: (line: string) => void;
}

/** Batch size of the queue, and the number of images in progress at the same time. */
interface Variant {
  name: string;
  worker: 'ours' | 'original' | 'python';
  concurrency: number;
  batchSize: number;
}

const bucket = 'bench';
const defaultVariant = { name: 'ours', worker: 'ours', concurrency: 4, batchSize: 10 } as const;

const variants: Variant[] = [
  defaultVariant,
  { name: 'the original in TypeScript', worker: 'original', concurrency: 1, batchSize: 1 },
  { name: 'the original in Python', worker: 'python', concurrency: 1, batchSize: 1 },
  ...[1, 2, 8].map(
    (concurrency): Variant => ({
      ...defaultVariant,
      name: `${concurrency} concurrently`,
      concurrency,
    }),
  ),
  ...[1, 5].map(
    (batchSize): Variant => ({ ...defaultVariant, name: `batches of ${batchSize}`, batchSize }),
  ),
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
  try {
    const uploads = await createUploads(options.file, settings);
    return await measureVariants(workers, uploads, options);
  } finally {
    for (const worker of Object.values(workers)) await worker.close();
    await services.close();
  }
}

async function measureVariants(
  workers: Partial<Record<Variant['worker'], Worker>>,
  upload: (count: number) => Promise<string[]>,
  { images, rounds, print }: JobOptions,
): Promise<JobResult[]> {
  const measured = variants.flatMap((variant) => {
    const worker = workers[variant.worker];
    return worker ? [{ ...variant, worker, samples: [] as Sample[] }] : [];
  });
  for (let round = -1; round < rounds; round++) {
    print(round < 0 ? 'The whole job: warming up ...' : `The whole job: round ${round + 1} ...`);
    for (const { worker, samples, concurrency, batchSize } of rotate(measured, round + 1)) {
      const keys = await upload(images);
      const sample = await worker.run({ task: 'job', bucket, keys, concurrency, batchSize });
      if (round >= 0) samples.push(sample);
    }
  }
  const [ours] = measured;
  return measured.map(({ name, samples }) => ({
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
async function createUploads(file: string, settings: Record<string, string>) {
  const s3 = new S3Client({
    endpoint: settings.AWS_ENDPOINT_URL ?? '',
    region: settings.AWS_REGION ?? '',
    forcePathStyle: true,
    credentials: {
      accessKeyId: settings.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: settings.AWS_SECRET_ACCESS_KEY ?? '',
    },
  });
  const Body = await readFile(file);
  let count = 0;
  return async (images: number) => {
    const keys = Array.from({ length: images }, () => `${++count}.jpg`);
    for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    return keys;
  };
}
