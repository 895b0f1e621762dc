// What a process of the function keeps after its first invocation. This file runs in a separate
// process.
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { handler } from '../../src/lambda/handler.ts';
import { s3Event, sqsEvent } from '../../testing/events.ts';
import { lambdaContext } from '../../testing/lambda-context.ts';
import {
  captureLog,
  type LambdaEnvironment,
  openLambdaEnvironment,
} from '../../testing/lambda-environment.ts';
import { tinyPng } from '../../testing/pipeline.ts';

const applicationName = 'kept-connection';
let environment: LambdaEnvironment;

beforeAll(async () => {
  environment = await openLambdaEnvironment();
  const url = new URL(environment.database.url);
  url.searchParams.set('application_name', applicationName);
  vi.stubEnv('DATABASE_URL', url.href);
  captureLog();
});
afterAll(() => environment.close());

/** Uploads images and passes their events to the function. */
async function upload(...keys: string[]) {
  for (const key of keys) {
    const object = { Bucket: 'uploads', Key: key, Body: await tinyPng(1) };
    await environment.server.s3.send(new PutObjectCommand(object));
  }
  const events = keys.map((key) =>
    s3Event({ bucket: 'uploads', key, etag: '', versionId: undefined }),
  );
  expect(await handler(sqsEvent(...events), lambdaContext)).toEqual({ batchItemFailures: [] });
}

async function backends() {
  const { rows } = await environment.database.query(
    'SELECT pid, backend_start FROM pg_stat_activity WHERE application_name = $1',
    [applicationName],
  );
  return rows;
}

async function coldStarts() {
  const rows = await environment.database.rows();
  return Object.fromEntries(rows.map((row) => [row.source_key, row.cold_start]));
}

test('keeps its single database connection, and starts cold once', async () => {
  await upload('first.png', 'second.png');
  const [connection, ...more] = await backends();
  expect(more).toEqual([]);

  // The environment is read once.
  vi.stubEnv('OUTPUT_PREFIX', 'changed/');
  await upload('third.png');
  await upload('fourth.png');
  expect(await backends()).toEqual([connection]);
  expect(await coldStarts()).toEqual({
    'first.png': true,
    'second.png': true,
    'third.png': false,
    'fourth.png': false,
  });
  const names = (await environment.database.rows()).map(({ file_name }) => file_name);
  expect(names).toContain('grayscale/fourth.png');
});
