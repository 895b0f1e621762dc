import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ObjectStore } from '../../src/pipeline/index.ts';

const maxBytes = 1_000;

/** Keys that break stores, restricted to keys that can also be the path of a file. */
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

/** What every object store must do; `bucket` exists and is empty. */
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

    test('reads what was stored, completely', async () => {
      const { store, bucket } = open();
      await store.put({ bucket, key: 'whole' }, object('hello'));
      const read = await store.read({ bucket, key: 'whole' }, { maxBytes });
      expect(Buffer.from(read?.bytes ?? []).toString()).toBe('hello');
      expect(read?.sizeBytes).toBe(5);
      expect(read?.metadata).toBeDefined();
    });

    test('replaces an existing object, and distinguishes the contents by their ETags', async () => {
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

    test('reports the same about an object whether it reads it or only its metadata', async () => {
      const { store, bucket } = open();
      const ref = { bucket, key: 'same' };
      await store.put(ref, object('content'));
      const { bytes: _, ...found } = (await store.read(ref, { maxBytes })) ?? {};
      expect(await store.head(ref)).toEqual(found);
    });

    test('does not download an object larger than requested', async () => {
      const { store, bucket } = open();
      await store.put({ bucket, key: 'large' }, object('x'.repeat(maxBytes + 1)));
      await store.put({ bucket, key: 'just' }, object('x'.repeat(maxBytes)));
      const large = await store.read({ bucket, key: 'large' }, { maxBytes });
      expect(large).toMatchObject({ sizeBytes: maxBytes + 1 });
      expect(large?.bytes).toBeUndefined();
      const just = await store.read({ bucket, key: 'just' }, { maxBytes });
      expect(just?.bytes).toHaveLength(maxBytes);
    });

    test('distinguishes an empty object from no object', async () => {
      const { store, bucket } = open();
      await store.put({ bucket, key: 'empty' }, object(''));
      const read = await store.read({ bucket, key: 'empty' }, { maxBytes });
      expect(read?.bytes).toHaveLength(0);
    });

    test('removes an existing object, and ignores a missing one', async () => {
      const { store, bucket } = open();
      const ref = { bucket, key: 'removed' };
      await store.put(ref, object('x'));
      const { etag } = (await store.head(ref)) ?? {};
      expect(await store.remove(ref, { etag })).toBe(true);
      expect(await store.head(ref)).toBeUndefined();
      expect(await store.remove(ref)).toBe(true);
    });

    test.each(oddKeys)('accepts the key %j unchanged', async (key) => {
      const { store, bucket } = open();
      await store.put({ bucket, key }, object(key));
      const read = await store.read({ bucket, key }, { maxBytes });
      expect(Buffer.from(read?.bytes ?? []).toString()).toBe(key);
    });
  });
}
