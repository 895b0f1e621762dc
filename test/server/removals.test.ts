// Outputs are removed with their sources, through the webhook.
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { minioEvent, s3Event } from '../../testing/events.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { addImage, startApi, type TestApi } from '../../testing/server.ts';

const bucket = 'uploads';
const send = (api: TestApi, event: unknown) =>
  api.request('/v1/events', { method: 'POST', body: JSON.stringify(event) });
const removeSource = (api: TestApi, Key: string) =>
  api.store.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));

let deleting: TestApi;
beforeAll(async () => {
  deleting = await startApi({ ON_SOURCE_DELETED: 'delete' });
});
afterAll(() => deleting.close());

test('a removal is acknowledged once output and rows are deleted', async () => {
  const { id } = await addImage(deleting, 'a b.png', await tinyPng(1));
  await removeSource(deleting, 'a b.png');
  const event = minioEvent({ bucket, key: 'a b.png', eventName: 'ObjectRemoved:Delete' });
  const response = await send(deleting, event);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    results: [{ action: 'processed', key: 'a b.png', status: 'skipped', code: 'SOURCE_REMOVED' }],
  });
  expect((await deleting.request(`/v1/images/${id}`)).status).toBe(404);
  const output = { bucket, key: 'grayscale/a b.png' };
  expect(await deleting.parts.files.head(output)).toBeUndefined();
});

test('a removal is acknowledged and ignored if outputs are kept', async () => {
  const keeping = await startApi();
  try {
    await addImage(keeping, 'kept.png', await tinyPng(1));
    await removeSource(keeping, 'kept.png');
    const event = s3Event({ bucket, key: 'kept.png', eventName: 'ObjectRemoved:Delete' });
    const response = await send(keeping, event);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ results: [{ action: 'ignored' }] });
    expect(await keeping.database.rows()).toHaveLength(1);
    const output = { bucket, key: 'grayscale/kept.png' };
    expect(await keeping.parts.files.head(output)).toBeDefined();
  } finally {
    await keeping.close();
  }
});
