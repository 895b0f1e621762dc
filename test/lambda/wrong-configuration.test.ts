// A process of the function whose first invocation finds an invalid configuration.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { handler } from '../../src/lambda/handler.ts';
import { s3Event, sqsEvent } from '../../testing/events.ts';
import { lambdaContext } from '../../testing/lambda-context.ts';
import {
  captureLog,
  type LambdaEnvironment,
  openLambdaEnvironment,
} from '../../testing/lambda-environment.ts';

let environment: LambdaEnvironment;
beforeAll(async () => {
  environment = await openLambdaEnvironment();
  captureLog();
});
afterAll(() => environment.close());

test('fails while the configuration is invalid, and works once it is fixed', async () => {
  const event = sqsEvent(s3Event({ bucket: 'uploads', key: 'gone.png', versionId: undefined }));
  const invoke = () => handler(event, lambdaContext);

  vi.stubEnv('GRAY_FORMAT', 'bmp');
  await expect(invoke()).rejects.toMatchObject({ code: 'INVALID_CONFIGURATION' });
  vi.stubEnv('GRAY_FORMAT', 'webp');
  vi.stubEnv('DATABASE_URL', '');
  await expect(invoke()).rejects.toMatchObject({ code: 'INVALID_CONFIGURATION' });

  vi.stubEnv('DATABASE_URL', environment.database.url);
  expect(await invoke()).toEqual({ batchItemFailures: [] });
  expect(await environment.database.rows()).toMatchObject([
    { code: 'SOURCE_GONE', output_format: 'webp', cold_start: true },
  ]);
});
