// Who opens closes: each opener of src/app is used by plain Node, closed, and leaves nothing open.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { startS3 } from '../../testing/s3.ts';
import { serverEnvironment } from '../../testing/server.ts';

let store: StoreAndQueue;
let database: TestDatabase;
let env: Record<string, string>;
beforeAll(async () => {
  [store, database] = await Promise.all([startS3(), createDatabase()]);
  env = { ...serverEnvironment(store, database), S3_BUCKET: 'uploads' };
});
afterAll(async () => {
  await database.drop();
  await store.close();
});

const ref = "{ bucket: 'uploads', key: 'missing.png' }";

/** What is opened, used and closed; `closed: false` shows that the test sees what is left open. */
const openers: Record<string, { code: string; queue?: true; closed?: false }> = {
  openPostgres: {
    code: `const { openPostgres } = await load('open-postgres');
      const postgres = await openPostgres(config);
      await postgres.query('SELECT 1');
      await postgres.close();`,
  },
  'openPostgres, not closed': {
    code: `const { openPostgres } = await load('open-postgres');
      await (await openPostgres(config)).query('SELECT 1');`,
    closed: false,
  },
  openPipeline: {
    code: `const { openPipeline } = await load('open-pipeline');
      const pipeline = await openPipeline(config);
      await pipeline.store.head(${ref});
      await pipeline.ledger.remove([{ source: ${ref}, output: ${ref} }]);
      await pipeline.close();`,
  },
  openServer: {
    code: `const { openServer } = await load('open-server');
      const server = await openServer(config);
      server.warmUp();
      const notifications = await server.listen(() => {});
      await server.reader.list({}, { order: 'newest', limit: 1 });
      await server.files.head(${ref});
      await server.pipeline.store.head(${ref});
      await notifications.close();
      await server.close();`,
  },
  openBucket: {
    code: `const { openBucket } = await load('open-bucket');
      const bucket = await openBucket(config);
      await bucket.reader.list({}, { order: 'newest', limit: 1 });
      await bucket.files.head(${ref});
      await bucket.openDestination({ onOutcome() {} });
      await bucket.close();`,
  },
  'openBucket with a queue': {
    code: `const { openBucket } = await load('open-bucket');
      const bucket = await openBucket(config);
      await bucket.openDestination({ onOutcome() {} });
      await bucket.close();`,
    queue: true,
  },
  openStatistics: {
    code: `const { openStatistics } = await load('open-statistics');
      const statistics = await openStatistics(config);
      await statistics.sampler.sample({ sinceMs: 0, untilMs: Date.now() }, { maxRows: 1, random: Math.random });
      await statistics.close();`,
  },
  migrateDatabase: {
    code: `const { migrateDatabase } = await load('migrate-database');
      await migrateDatabase(config);`,
  },
  createProbes: {
    code: `const { createProbes } = await load('open-probes');
      const { examineAll } = await import('./src/doctor/index.ts');
      await examineAll(createProbes(config));`,
  },
};

test.each(Object.entries(openers))('%s', async (_, { code, queue, closed = true }) => {
  const script = `
    const load = (name) => import('./src/app/' + name + '.ts');
    const { readConfig } = await import('./src/config/index.ts');
    const config = readConfig();
    ${code}
    // Sockets that were destroyed are gone with the next turns of the event loop.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 10));
    const open = process.getActiveResourcesInfo();
    console.log(JSON.stringify(open.filter((name) => !/^(Pipe|TTY)Wrap$/.test(name))));
    process.exit();`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', script],
    { env: { PATH: process.env.PATH, ...env, ...(queue && { QUEUE_URL: store.queueUrl }) } },
  );
  const left = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as string[];
  if (closed) expect(left).toEqual([]);
  else expect(left).not.toEqual([]);
});
