// After a roll-back the code is older than the database. Migrations add only what older code can
// ignore: nullable columns, columns with a default, indexes, views. They may drop indexes, which
// makes reads of the previous release slower.
import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
// Recorded from the previous release, when the newest migration was 0007.
import statements from './release-before.json' with { type: 'json' };

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

test('the previous release writes and reads rows', async () => {
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

describe('a statement of the previous release works:', () => {
  beforeAll(() =>
    environment.database.query(
      "INSERT INTO image_metadata (status, code) VALUES ('failed', 'CORRUPT_IMAGE')",
    ),
  );

  test.each(statements)('$name', async ({ name, text, values }) => {
    const { rows, rowCount } = await environment.database.query(text, values);
    if (name === 'record') expect(rowCount).toBe(1);
    if (/^(list|newest|changes|compare|keys)/.test(name)) expect(rows).not.toEqual([]);
  });
});

test('its migrations have nothing to do, and its readiness check finds nothing missing', async () => {
  expect(await pendingMigrations(environment.database)).toEqual([]);
  expect(await migrate(environment.database)).toEqual([]);
});
