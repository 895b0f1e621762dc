/** A store or database that does not list keys in the order of their bytes. */
export class KeyOrderError extends Error {
  readonly code = 'KEYS_OUT_OF_ORDER';

  constructor(what: string, before: string, after: string) {
    super(
      `Expected ${what} to be listed in the order of the bytes of their keys, as S3 does it, but "${after}" came after "${before}". Lists in another order cannot be compared page by page.`,
    );
    this.name = 'KeyOrderError';
  }
}

/** In the order of their bytes in UTF-8, which is not the order of JavaScript's strings. */
export function compareKeys(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The same entries; throws {@link KeyOrderError} where they are not in order. */
export async function* inKeyOrder<Entry extends { key: string }>(
  what: string,
  entries: AsyncIterable<Entry>,
): AsyncGenerator<Entry> {
  let before: string | undefined;
  for await (const entry of entries) {
    if (before !== undefined && compareKeys(before, entry.key) >= 0) {
      throw new KeyOrderError(what, before, entry.key);
    }
    before = entry.key;
    yield entry;
  }
}
