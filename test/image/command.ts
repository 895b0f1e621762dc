// npm run image:test: builds the image and runs it as an unknown user on a read-only root, against a
// real PostgreSQL and S3. Uses docker if its engine answers, otherwise buildah.
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { credentials, region } from '../../src/sandbox/store-and-queue.ts';
import { startPostgres } from '../../testing/postgres-server.ts';
import { startS3 } from '../../testing/s3.ts';
import { buildahEngine } from './buildah-engine.ts';
import { dockerEngine } from './docker-engine.ts';
import type { Engine, RunningImage } from './engine.ts';

const root = join(import.meta.dirname, '..', '..');
const answers = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;

if (answers('docker', 'info')) await test(dockerEngine);
else if (answers('buildah', '--version')) await test(buildahEngine);
else console.log('SKIPPED: neither a docker engine nor buildah is on this machine.');

async function test(engine: Engine): Promise<void> {
  const { sizeBytes } = await engine.build(root);
  console.log(`The image has ${(sizeBytes / 1e6).toFixed(0)} MB.`);
  const [postgres, store] = await Promise.all([startPostgres(), startS3()]);
  const env = {
    ...{ DATABASE_URL: `${postgres.url}?sslmode=disable`, QUEUE: 'postgres', S3_BUCKET: 'uploads' },
    ...{ AWS_ENDPOINT_URL: store.endpoint, AWS_REGION: region, API_TOKEN: 'token-of-the-test' },
    ...{ AWS_ACCESS_KEY_ID: credentials.accessKeyId },
    ...{ AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey },
    ...{ PORT: '18080', WORKER_PORT: '19090' },
  };
  const running: RunningImage[] = [];
  try {
    await engine.run(['migrate'], env).ended(0);
    const [serve, work] = [engine.run(['serve'], env), engine.run(['work'], env)];
    running.push(serve, work);
    await untilReady('http://127.0.0.1:18080/readyz');
    await untilReady('http://127.0.0.1:19090/readyz');
    engine.checkHealth?.();

    const Body = await readFile(join(root, 'samples/dunes.jpg'));
    await store.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key: 'dunes.jpg', Body }));
    const event = {
      Records: [
        {
          ...{ eventVersion: '2.1', eventSource: 'rustfs:s3', eventName: 'ObjectCreated:Put' },
          s3: { bucket: { name: 'uploads' }, object: { key: 'dunes.jpg' } },
        },
      ],
    };
    await request('/v1/events', { method: 'POST', body: JSON.stringify(event) });
    const row = await untilConverted();
    console.log(`converted ${row.source.key} to ${row.output.key}`);
    serve.stop();
    work.stop();
    await Promise.all([serve.ended(0), work.ended(0)]);
    console.log('The image works.');
  } finally {
    for (const image of running) image.stop();
    engine.close();
    await store.close();
    await postgres.stop();
  }
}

async function untilReady(url: string): Promise<void> {
  let answer = 'nothing';
  await until(
    async () => {
      const response = await fetch(url);
      answer = await response.text();
      return response.ok;
    },
    () => `${url} to be ready but received ${answer}`,
  );
}

interface Row {
  status: string;
  source: { key: string };
  output: { key: string };
}

async function untilConverted(): Promise<Row> {
  let rows: Row[] = [];
  await until(
    async () => {
      ({ images: rows } = (await (await request('/v1/images')).json()) as { images: Row[] });
      return rows[0]?.status === 'converted';
    },
    () => `a row with the status converted but received ${JSON.stringify(rows)}`,
  );
  return rows[0] as Row;
}

async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: 'Bearer token-of-the-test' };
  const response = await fetch(`http://127.0.0.1:18080${path}`, { ...init, headers });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response;
}

async function until(condition: () => Promise<boolean>, what: () => string): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`Expected within 60 s ${what()}`);
    await sleep(300);
  }
}
