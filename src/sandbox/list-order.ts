interface ListOptions {
  prefix?: string;
  delimiter?: string;
  maxKeys?: number;
  startAfter?: string;
  marker?: string;
}

interface Listing {
  objects: { key: string }[];
  commonPrefixes: string[];
  isTruncated: boolean;
}

interface Store {
  listObjects(bucket: string, options?: ListOptions): Listing;
}

/**
 * Makes the S3 stand-in list keys in byte order, as S3 does. Its own order is that of a language,
 * in which a page may not continue where the last one ended. Its store is not exported, so it is
 * imported by its path in the package.
 */
export async function listInByteOrder(): Promise<void> {
  const modulePath = new URL('./s3/s3Store.js', import.meta.resolve('fauxqs'));
  const { S3Store } = (await import(modulePath.href)) as {
    S3Store: { prototype: Store & { isInByteOrder?: true } };
  };
  const store = S3Store.prototype;
  if (store.isInByteOrder) return;
  store.isInByteOrder = true;
  const listAll = store.listObjects;
  store.listObjects = function (bucket, options = {}) {
    const { prefix = '', delimiter, maxKeys = 1_000 } = options;
    // Our code never lists folders, so the stand-in handles them.
    if (delimiter) return listAll.call(this, bucket, options);
    const after = Buffer.from(options.startAfter ?? options.marker ?? '');
    const { objects } = listAll.call(this, bucket, { prefix, maxKeys: Number.POSITIVE_INFINITY });
    const rest = objects
      .map((object) => ({ object, bytes: Buffer.from(object.key) }))
      .filter(({ bytes }) => Buffer.compare(bytes, after) > 0)
      .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
      .map(({ object }) => object);
    return {
      objects: rest.slice(0, maxKeys),
      commonPrefixes: [],
      isTruncated: rest.length > maxKeys,
    };
  };
}
