import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ObjectStore } from '../../src/pipeline/index.ts';

const maxBytes = 1_000;

/** Keys that break stores, where the key can be a file's path as well. */
export const oddKeys = [
  'a b.png',
  'a+b.png',
  '100%.png',
  '%41%2F.png',
  'ümläut/日本 🎉.jpg',
  'q?x=1&y#z.png',
  'quo\'te"<>&.png',
  `${'long/'.repeat(150)}name.png`,
];

/** What every object store does; `bucket` exists and is empty. */
export function describeObjectStore(
  name: string,
  open: () => { store: ObjectStore; bucket: string },
) {
  describe(`${name} as an object store`, () => {
    const object = (text: string) => ({
      bytes: Buffer.from(text),
      contentType: 'image/png',
      metadata: { 'source-etag': 'abc' },
    });

    test('finds nothing under a key that was never written', async () => {
      const { store, bucket } = open();
      expect(await store.read({ bucket, key: 'nothing' }, { maxBytes })).toBeUndefined();
      expect(await store.head({ bucket, key: 'nothing' })).toBeUndefined();
    });

    test('reads what was put, whole', async () => {
      const { store, bucket } = open();
      await store.put({ bucket, key: 'whole' }, object('hello'));
      const read = await store.read({ bucket, key: 'whole' }, { maxBytes });
      expect(Buffer.from(read?.bytes ?? []).toString()).toBe('hello');
      expect(read?.sizeBytes).toBe(5);
      expect(read?.metadata).toBeDefined();
    });

    test('replaces what was there, and tells the contents apart by their ETags', async () => {
      const { store, bucket } = open();
      const ref = { bucket, key: 'replaced' };
      await store.put(ref, object('one'));
      const first = await store.head(ref);
      await store.put(ref, object('two!'));
      const second = await store.head(ref);
      expect(first?.etag).toBe(createHash('md5').update('one').digest('hex'));
      expect(second?.etag).toBe(createHash('md5').update('two!').digest('hex'));
      expect(second?.sizeBytes).toBe(4);
    });

    test('says the same of an object whether it reads it or only looks', async () => {
      const { store, bucket } = open();
      const ref = { bucket, key: 'same' };
      await store.put(ref, object('content'));
      const { bytes: _, ...found } = (await store.read(ref, { maxBytes })) ?? {};
      expect(await store.head(ref)).toEqual(found);
    });

    test('does not download an object that is larger than asked for', async () => {
      const { store, bucket } = open();
      await store.put({ bucket, key: 'large' }, object('x'.repeat(maxBytes + 1)));
      await store.put({ bucket, key: 'just' }, object('x'.repeat(maxBytes)));
      const large = await store.read({ bucket, key: 'large' }, { maxBytes });
      expect(large).toMatchObject({ sizeBytes: maxBytes + 1 });
      expect(large?.bytes).toBeUndefined();
      const just = await store.read({ bucket, key: 'just' }, { maxBytes });
      expect(just?.bytes).toHaveLength(maxBytes);
    });

    test('keeps an empty object apart from no object', async () => {
      const { store, bucket } = open();
      await store.put({ bucket, key: 'empty' }, object(''));
      const read = await store.read({ bucket, key: 'empty' }, { maxBytes });
      expect(read?.bytes).toHaveLength(0);
    });

    test('removes what is there, and does not mind where nothing is', async () => {
      const { store, bucket } = open();
      const ref = { bucket, key: 'removed' };
      await store.put(ref, object('x'));
      const { etag } = (await store.head(ref)) ?? {};
      expect(await store.remove(ref, { etag })).toBe(true);
      expect(await store.head(ref)).toBeUndefined();
      expect(await store.remove(ref)).toBe(true);
    });

    test.each(oddKeys)('takes the key %j as it is', async (key) => {
      const { store, bucket } = open();
      await store.put({ bucket, key }, object(key));
      const read = await store.read({ bucket, key }, { maxBytes });
      expect(Buffer.from(read?.bytes ?? []).toString()).toBe(key);
    });
  });
}
