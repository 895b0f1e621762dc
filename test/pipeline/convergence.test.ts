// The promise, for any number, order and interleaving of events: the output converges on the newest
// source, and each converted content has exactly one row.
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import fc, { type Scheduler } from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import {
  ConversionError,
  type GrayImage,
  type ImageSession,
  toGrayscale,
} from '../../src/convert/index.ts';
import { createInlineConverter } from '../../src/isolation/inline-converter.ts';
import {
  type Converter,
  createBudget,
  type Ledger,
  type ObjectStore,
  processBatch,
  type Upload,
} from '../../src/pipeline/index.ts';
import { createMemoryLedger, createMemoryStore } from '../../testing/memory.ts';
import { memoryPipeline, sourceObject, tinyPng, uploadOf } from '../../testing/pipeline.ts';

const key = 'raced.png';
const output = uploadOf(`grayscale/${key}`);

/** Contents that are uploaded under the same key. The last one is not convertible. */
let contents: Buffer[];
beforeAll(async () => {
  contents = [await tinyPng(10), await tinyPng(100), await tinyPng(200), Buffer.from('no image')];
});

/** There are few contents and many interleavings: each content is converted once. */
const converter = cachingConverter(createInlineConverter());

test('the output converges on the newest source under every interleaving', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyUpload, { minLength: 2, maxLength: 4 }),
      fc.infiniteStream(fc.nat({ max: 39 })),
      fc.scheduler(),
      async (uploads, chances, scheduler) => {
        const world = createWorld(scheduler, chances);
        await world.play(uploads);
        await world.expectConverged();
      },
    ),
    { numRuns: 500 },
  );
}, 120_000);

test('where outputs follow their sources, an output exists if and only if its source exists', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(anyUpload, anyRemoval), { minLength: 2, maxLength: 5 }),
      fc.infiniteStream(fc.nat({ max: 39 })),
      fc.boolean(),
      fc.scheduler(),
      async (changes, chances, isConditional, scheduler) => {
        const world = createWorld(scheduler, chances, { onSourceDeleted: 'delete', isConditional });
        await world.play(changes);
        await world.expectConverged();
      },
    ),
    { numRuns: 500 },
  );
}, 120_000);

/** Which content is uploaded, or that it is removed, and how often the event is delivered. */
interface Announcement {
  content: number | undefined;
  deliveries: number;
}

const anyUpload: fc.Arbitrary<Announcement> = fc.record({
  content: fc.nat({ max: 3 }),
  deliveries: fc.integer({ min: 1, max: 2 }),
});

const anyRemoval: fc.Arbitrary<Announcement> = fc.record({
  content: fc.constant(undefined),
  deliveries: fc.integer({ min: 1, max: 2 }),
});

function createWorld(
  scheduler: Scheduler,
  chances: Iterator<number>,
  { onSourceDeleted = 'keep' as 'keep' | 'delete', isConditional = true } = {},
) {
  const store = createMemoryStore();
  const ledger = createMemoryLedger();
  const { parts } = memoryPipeline({
    store: faultyStore(isConditional ? store : withoutConditions(store), scheduler, chances),
    ledger: faultyLedger(ledger, scheduler, chances),
    converter,
    onSourceDeleted,
    // Everything waits for the scheduler and nothing waits for a slot.
    slots: createBudget(100),
  });

  /** Uploads and deliveries in progress. */
  let actors = 0;
  async function act(work: () => Promise<void>) {
    actors++;
    try {
      await work();
    } finally {
      actors--;
    }
  }

  async function upload({ content, deliveries }: Announcement, index: number): Promise<void> {
    await scheduler.schedule(Promise.resolve(), `upload ${index}`);
    const event = content === undefined ? remove() : await put(contents[content] as Buffer);
    for (let i = 0; i < deliveries; i++) void act(() => deliver(event));
  }

  async function put(bytes: Buffer): Promise<Upload> {
    await store.put(uploadOf(key), sourceObject(bytes));
    return uploadOf(key, { etag: createHash('md5').update(bytes).digest('hex') });
  }

  function remove(): Upload {
    store.delete(uploadOf(key));
    return uploadOf(key, { isRemoval: true });
  }

  /** Like a queue: an event is redelivered until it is processed. */
  async function deliver(event: Upload): Promise<void> {
    for (;;) {
      await scheduler.schedule(Promise.resolve(), 'deliver');
      const { results } = await processBatch([event], parts);
      if (results[0] && 'outcome' in results[0]) return;
    }
  }

  return {
    /**
     * Conversions take real time on real threads. The loop waits for running ones, so that at each
     * step everything waits for the scheduler and it alone picks what runs next.
     */
    async play(uploads: Announcement[]) {
      for (const [index, one] of uploads.entries()) void act(() => upload(one, index));
      while (actors > 0) {
        if (scheduler.count() < actors) await setImmediate();
        else await scheduler.waitNext(1);
      }
    },

    async expectConverged() {
      const newest = store.get(uploadOf(key))?.bytes;
      if (!newest) {
        expect(store.get(output)).toBeUndefined();
        expect(ledger.rows()).toEqual([]);
        return;
      }
      const expected = await grayOf(newest);
      const rows = ledger.rows().map(({ outcome }) => outcome);
      const etag = createHash('md5').update(newest).digest('hex');
      const own = rows.filter(({ source }) => source.etag === etag);

      expect(own.map(({ status }) => status)).toEqual([expected ? 'converted' : 'failed']);
      if (expected) expect(store.get(output)?.bytes).toEqual(expected);
      // Each content that was uploaded and seen, at most once.
      expect(new Set(rows.map(({ source }) => source.etag)).size).toBe(rows.length);
      // No row names an output that does not exist.
      const pointing = rows.filter(({ status }) => status === 'converted');
      const isOutputRemoved = onSourceDeleted === 'delete' && !expected;
      if (pointing.length > 0 && !isOutputRemoved) expect(store.get(output)).toBeDefined();
    },
  };
}

function cachingConverter(from: Converter): Converter {
  const images = new Map<string, Promise<ImageSession>>();
  const conversions = new Map<string, Promise<GrayImage>>();
  const remembered = <T>(all: Map<string, Promise<T>>, name: string, make: () => Promise<T>) => {
    const made = all.get(name) ?? make();
    all.set(name, made);
    return made;
  };
  return {
    ...from,
    async open(bytes, options) {
      const name = createHash('md5').update(bytes).digest('hex');
      const image = await remembered(images, name, () => from.open(bytes, options));
      return { ...image, convert: () => remembered(conversions, name, () => image.convert()) };
    },
  };
}

async function grayOf(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    return (await toGrayscale(bytes)).bytes;
  } catch (error) {
    if (error instanceof ConversionError) return undefined;
    throw error;
  }
}

/** Like most stores except AWS: a removal removes the current content. */
function withoutConditions(store: ObjectStore): ObjectStore {
  return { ...store, remove: (ref) => store.remove(ref) };
}

/**
 * Every call waits until the scheduler picks it, two in five for many turns. One in twenty fails,
 * before or after the call.
 */
function faultyStore(
  store: ObjectStore,
  scheduler: Scheduler,
  chances: Iterator<number>,
): ObjectStore {
  return {
    read: (...call) => withFaults('read', () => store.read(...call), scheduler, chances),
    head: (...call) => withFaults('head', () => store.head(...call), scheduler, chances),
    put: (...call) => withFaults('put', () => store.put(...call), scheduler, chances),
    remove: (...call) => withFaults('remove', () => store.remove(...call), scheduler, chances),
  };
}

function faultyLedger(ledger: Ledger, scheduler: Scheduler, chances: Iterator<number>): Ledger {
  return {
    record: (...call) => withFaults('record', () => ledger.record(...call), scheduler, chances),
    remove: (...call) => withFaults('forget', () => ledger.remove(...call), scheduler, chances),
  };
}

async function withFaults<Result>(
  name: string,
  work: () => Promise<Result>,
  scheduler: Scheduler,
  chances: Iterator<number>,
): Promise<Result> {
  const chance: number = chances.next().value;
  await yieldTurns(chance < 8 ? manyTurns : 1);
  if (chance === 0) throw new Error(`${name} failed before it happened`);
  const result = await work();
  await yieldTurns(chance >= 32 ? manyTurns : 1);
  if (chance === 1) throw new Error(`${name} happened but its answer was lost`);
  return result;

  async function yieldTurns(turns: number) {
    for (let turn = 0; turn < turns; turn++) await scheduler.schedule(Promise.resolve(), name);
  }
}

/** A call that waits this long lets others start and finish in the meantime. */
const manyTurns = 40;
