import type { BuildAppOptions } from 'fauxqs';

type Stores = NonNullable<BuildAppOptions['stores']>;

interface Persistence {
  load(...stores: [Stores['sqsStore'], Stores['snsStore'], Stores['s3Store']]): void;
  close(): void;
}

/**
 * Opens the buckets and queues of the S3 and SQS stand-in in a folder, where each change is written
 * to SQLite. The stand-in does this only in its own start function, which cannot be observed, so its
 * parts are imported by their path in the package.
 */
export async function openKeptStores(
  folder: string,
): Promise<{ stores: Stores; close: () => void }> {
  const load = async (path: string) =>
    await import(new URL(path, import.meta.resolve('fauxqs')).href);
  const [{ SqsStore }, { SnsStore }, { S3Store }, { PersistenceManager }] = await Promise.all(
    ['./sqs/sqsStore.js', './sns/snsStore.js', './s3/s3Store.js', './persistence.js'].map(load),
  );
  const stores: Stores = {
    sqsStore: new SqsStore(),
    snsStore: new SnsStore(),
    s3Store: new S3Store(),
  };
  const persistence: Persistence = new PersistenceManager(folder);
  // Before the stores write to it: what is loaded must not be written again.
  persistence.load(stores.sqsStore, stores.snsStore, stores.s3Store);
  for (const target of [...Object.values(stores), ...stores.sqsStore.allQueues()]) {
    Object.assign(target, { persistence });
  }
  return { stores, close: () => persistence.close() };
}
