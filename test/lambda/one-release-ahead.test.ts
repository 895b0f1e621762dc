// After a roll-back the code is older than the database. Migrations only ever add what older code need
// not know: nullable columns, columns with a default, indexes, views.
import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handler } from '../../src/lambda/handler.ts';
import { migrate, pendingMigrations } from '../../src/ledger/migrate.ts';
import { createPostgresReader } from '../../src/ledger/read.ts';
import { s3Event, sqsEvent } from '../../testing/events.ts';
import { lambdaContext } from '../../testing/lambda-context.ts';
import {
  captureLog,
  type LambdaEnvironment,
  openLambdaEnvironment,
} from '../../testing/lambda-environment.ts';
import { tinyPng } from '../../testing/pipeline.ts';

let environment: LambdaEnvironment;
beforeAll(async () => {
  environment = await openLambdaEnvironment();
  await environment.database.query(`
    ALTER TABLE image_metadata
      ADD COLUMN of_tomorrow text, ADD COLUMN counted integer NOT NULL DEFAULT 0;
    CREATE INDEX of_tomorrow ON image_metadata (of_tomorrow);
    INSERT INTO grayscale_migrations (name, run_on) VALUES ('9999_of-tomorrow', now());
  `);
});
afterAll(() => environment.close());

test('the release before writes and reads rows', async () => {
  captureLog();
  const { server, database } = environment;
  const Body = await tinyPng(1);
  await server.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key: 'a.png', Body }));
  const etag = createHash('md5').update(Body).digest('hex');
  const event = s3Event({ bucket: 'uploads', key: 'a.png', etag, versionId: undefined });
  expect(await handler(sqsEvent(event), lambdaContext)).toEqual({ batchItemFailures: [] });
  expect(await database.rows()).toMatchObject([{ status: 'converted', counted: 0 }]);
  const page = await createPostgresReader(database).list({}, { order: 'newest', limit: 10 });
  expect(page).toMatchObject([{ sourceKey: 'a.png' }]);
});

test('its migrations find nothing to do, and its readiness nothing missing', async () => {
  expect(await pendingMigrations(environment.database)).toEqual([]);
  expect(await migrate(environment.database)).toEqual([]);
});
