// The races of removals and uploads, one by one. convergence.test.ts runs them at random.
import { expect, test } from 'vitest';
import { type Ledger, type ObjectStore, processBatch } from '../../src/pipeline/index.ts';
import { memoryPipeline, sourceObject, tinyPng, uploadOf } from '../../testing/pipeline.ts';

const key = 'a.png';
const source = uploadOf(key);
const output = uploadOf(`grayscale/${key}`);
const removal = uploadOf(key, { isRemoval: true });

type Call = (...args: unknown[]) => Promise<unknown>;

function createWorld(onSourceDeleted: 'keep' | 'delete' = 'delete') {
  const { parts, store, ledger } = memoryPipeline({ onSourceDeleted });
  const world = { ...parts, store, ledger };
  const put = async (red: number) => await store.put(source, sourceObject(await tinyPng(red)));
  const handle = async (...events: (typeof removal)[]) =>
    (await processBatch(events, world)).results;
  return {
    ...{ store, ledger, put, handle },
    /** Handles an event while something happens just before one call to a port. */
    async handleWhile(
      event: typeof removal,
      [port, call]: ['store', keyof ObjectStore] | ['ledger', keyof Ledger],
      happens: () => Promise<unknown>,
    ) {
      let isDone = false;
      const disturbed = {
        ...world[port],
        async [call](...args: unknown[]) {
          if (!isDone) {
            isDone = true;
            await happens();
          }
          return await (world[port] as unknown as Record<string, Call>)[call]?.(...args);
        },
      };
      return (await processBatch([event], { ...world, [port]: disturbed })).results;
    },
    rows: () => ledger.rows().map(({ outcome }) => outcome.status),
  };
}

test('output and rows are removed with the source', async () => {
  const { store, put, handle, rows } = createWorld();
  await put(1);
  await handle(source);
  await put(2);
  await handle(source);
  expect(rows()).toEqual(['converted', 'converted']);
  store.delete(source);
  expect(await handle(removal)).toMatchObject([{ outcome: { code: 'SOURCE_REMOVED' } }]);
  expect(store.get(output)).toBeUndefined();
  expect(rows()).toEqual([]);
});

test('output and rows stay where removals are not configured', async () => {
  const { store, put, handle, rows } = createWorld('keep');
  await put(1);
  await handle(source);
  store.delete(source);
  await handle(source);
  expect(store.get(output)).toBeDefined();
  expect(rows()).toEqual(['converted', 'skipped']);
});

test('a removal that arrives before the event of its upload leaves nothing behind', async () => {
  const { store, handle, rows } = createWorld();
  await handle(removal);
  await handle(source);
  expect(store.get(output)).toBeUndefined();
  expect(rows()).toEqual([]);
});

test('a removal that arrives late, after another upload, converts that upload', async () => {
  const { store, put, handle, rows } = createWorld();
  await put(2);
  expect(await handle(removal, source)).toMatchObject([
    { outcome: { status: 'converted' } },
    { outcome: { status: 'converted' } },
  ]);
  expect(store.get(output)).toBeDefined();
  expect(rows()).toEqual(['converted']);
});

test('an upload between the checks and the removal of the output gets an output', async () => {
  const { store, put, handle, handleWhile, rows } = createWorld();
  await put(1);
  await handle(source);
  store.delete(source);
  await handleWhile(removal, ['store', 'remove'], async () => {
    await put(2);
    await handle(source);
  });
  expect(store.get(output)).toBeDefined();
  expect(rows()).toContain('converted');
});

test('an upload before the rows are removed gets a row', async () => {
  const { store, put, handle, handleWhile, rows } = createWorld();
  await put(1);
  await handle(source);
  store.delete(source);
  await handleWhile(removal, ['ledger', 'remove'], async () => {
    await put(2);
    await handle(source);
  });
  expect(store.get(output)).toBeDefined();
  expect(rows()).toEqual(['converted']);
});

test('a source that is removed while its output is written takes the output with it', async () => {
  const { store, put, handle, handleWhile, rows } = createWorld();
  await put(1);
  await handleWhile(source, ['store', 'put'], async () => {
    store.delete(source);
    await handle(removal);
  });
  expect(store.get(output)).toBeUndefined();
  expect(rows()).toEqual([]);
});

test('a source that is removed before its row is written leaves no row', async () => {
  const { store, put, handle, handleWhile, rows } = createWorld();
  await put(1);
  await handleWhile(source, ['ledger', 'record'], async () => {
    store.delete(source);
    await handle(removal);
  });
  expect(store.get(output)).toBeUndefined();
  expect(rows()).toEqual([]);
});

test('a row that cannot be removed causes a redelivery', async () => {
  const { store, put, handle, handleWhile, rows } = createWorld();
  await put(1);
  await handle(source);
  store.delete(source);
  const results = await handleWhile(removal, ['ledger', 'remove'], () =>
    Promise.reject(new Error('database down')),
  );
  expect(results).toMatchObject([{ error: { message: 'database down' } }]);
  await handle(removal);
  expect(rows()).toEqual([]);
});
