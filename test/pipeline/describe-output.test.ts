// The attributes of an output in the store: its own, and those that it carries over.
import { expect, test } from 'vitest';
import { type CarriedAttribute, processBatch } from '../../src/pipeline/index.ts';
import { memoryPipeline, tinyPng, uploadOf } from '../../testing/pipeline.ts';

const described = {
  contentType: 'image/png',
  cacheControl: 'public, max-age=60',
  tags: { team: 'scans' },
  metadata: {
    owner: 'archive',
    recipe: 'soup',
    'source-version': 'v1',
    md5chksum: 'of the source',
  },
};

async function convert(key: string, outputCarry?: CarriedAttribute[]) {
  const { parts, store } = memoryPipeline(outputCarry && { outputCarry });
  await store.put(uploadOf(key), { ...described, bytes: await tinyPng(9) });
  const { results } = await processBatch([uploadOf(key)], parts);
  expect(results).toMatchObject([{ outcome: { status: 'converted' } }]);
  return store.get(uploadOf(`grayscale/${key}`));
}

test('an output takes nothing from its source by default', async () => {
  const output = await convert('a.png');
  expect(output).not.toHaveProperty('tags');
  expect(output).not.toHaveProperty('cacheControl');
  expect(output?.metadata).not.toHaveProperty('owner');
});

test('an output takes what is configured', async () => {
  expect(await convert('a.png', ['tags'])).toMatchObject({ tags: { team: 'scans' } });
  expect(await convert('a.png', ['tags'])).not.toHaveProperty('cacheControl');
  expect(await convert('a.png', ['cache-control'])).toMatchObject({
    cacheControl: 'public, max-age=60',
  });
  expect((await convert('a.png', ['metadata']))?.metadata).toMatchObject({ owner: 'archive' });
});

test('the names of an output win, and what describes the bytes of the source stays', async () => {
  const { metadata } = (await convert('a.png', ['metadata'])) ?? {};
  expect(metadata?.recipe).toMatch(/^rec601 png/);
  expect(metadata).not.toHaveProperty('source-version');
  expect(metadata).not.toHaveProperty('md5chksum');
});

test('an output of another format than its name says is downloaded under a true name', async () => {
  expect((await convert('scans/ümläut.jpg'))?.contentDisposition).toBe(
    `inline; filename="_ml_ut.png"; filename*=UTF-8''%C3%BCml%C3%A4ut.png`,
  );
  expect(await convert('scans/a.png')).not.toHaveProperty('contentDisposition');
});
