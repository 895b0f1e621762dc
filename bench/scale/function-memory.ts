// Processor time and memory of the packaged function per image, with one image per invocation.
// Linux only, since it reads /proc:
//   npm run package -- --arch x64 && node bench/scale/function-memory.ts
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { readConfig } from '../../src/config/index.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { s3Event, sqsEvent } from '../../testing/events.ts';
import { startLambdaRuntime } from '../../testing/lambda-runtime.ts';
import { peakBytes } from '../../testing/peak-memory.ts';

const bucket = 'bench';
const rounds = 10;
const sizes = [
  { name: '1 megapixel', width: 1_155, height: 866 },
  { name: '12 megapixels', width: 4_000, height: 3_000 },
  { name: '24 megapixels', width: 6_000, height: 4_000 },
];

const folder = await mkdtemp(join(tmpdir(), 'function-memory-'));
await unpack();
// Only the store and database are used; the sandbox's own functions watch a different bucket.
const ports = { SANDBOX_S3_PORT: '0', SANDBOX_DB_PORT: '0', SANDBOX_WORKERS: '1' };
const sandbox = await startSandbox(readConfig(ports), () => {});
try {
  await sandbox.store.s3.send(new CreateBucketCommand({ Bucket: bucket }));
  console.log(`Node ${process.versions.node}, ${process.arch}, median of ${rounds} invocations`);
  for (const size of sizes) await measure(size);
} finally {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
}

async function measure({ name, width, height }: (typeof sizes)[number]): Promise<void> {
  const photo = await sharp('samples/dunes.jpg')
    .resize(width, height, { fit: 'fill' })
    .jpeg({ quality: 85 })
    .toBuffer();
  await sandbox.store.s3.send(new PutObjectCommand({ Bucket: bucket, Key: name, Body: photo }));
  const running = await startLambdaRuntime({
    folder,
    handler: 'index.handler',
    env: {
      AWS_ENDPOINT_URL: sandbox.store.endpoint,
      DATABASE_URL: sandbox.databaseUrl,
      S3_BUCKET: bucket,
      CONCURRENCY: '1',
    },
  });
  try {
    const event = sqsEvent(s3Event({ bucket, key: name, etag: '', versionId: undefined }));
    const cpuMs: number[] = [];
    for (let round = -1; round < rounds; round++) {
      const before = await cpuMsOf(running.pid);
      await running.invoke(event);
      const took = (await cpuMsOf(running.pid)) - before;
      if (round >= 0) cpuMs.push(took);
      else
        console.log(`${name}: first invocation, including the start of Node: ${before + took} ms`);
    }
    const median = cpuMs.toSorted((a, b) => a - b)[Math.floor(rounds / 2)];
    const peakMb = Math.round((peakBytes(running.pid) ?? 0) / 2 ** 20);
    console.log(`${name}: ${median} ms of CPU time, peak memory ${peakMb} MB`);
  } finally {
    await running.stop();
  }
}

/** Of all threads, in steps of 10 ms: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function unpack(): Promise<void> {
  const zip = unzipSync(await readFile(`dist/function-${process.arch}.zip`));
  for (const [name, bytes] of Object.entries(zip)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
}
