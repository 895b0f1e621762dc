import type { ListedObject } from '../../storage/object-files.ts';
import type { ClassifiedObject } from '../classify-page.ts';

/** Everything listed for the key of one source. */
export interface KeyEntry {
  key: string;
  source?: ClassifiedObject;
  output?: ListedObject;
  /** Whether a row names the output. */
  hasRow: boolean;
}

export interface KeyLists {
  sources: AsyncIterable<{ key: string; source: ClassifiedObject }>;
  outputs: AsyncIterable<{ key: string; output: ListedObject }>;
  rows: AsyncIterable<{ key: string }>;
}

/** Merges three sorted lists and holds at most one page of each. */
export async function* mergeLists(lists: KeyLists): AsyncGenerator<KeyEntry> {
  const sources = inKeyOrder('sources', lists.sources);
  const outputs = inKeyOrder('outputs', lists.outputs);
  const rows = inKeyOrder('rows', lists.rows);
  try {
    let [source, output, row] = await Promise.all([next(sources), next(outputs), next(rows)]);
    for (;;) {
      const key = smallestKey([source?.key, output?.key, row?.key]);
      if (key === undefined) return;
      const hasRow = row?.key === key;
      const entry: KeyEntry = { key, hasRow };
      if (source?.key === key) entry.source = source.source;
      if (output?.key === key) entry.output = output.output;
      yield entry;
      if (entry.source) source = await next(sources);
      if (entry.output) output = await next(outputs);
      if (hasRow) row = await next(rows);
    }
  } finally {
    await Promise.all([
      sources.return(undefined),
      outputs.return(undefined),
      rows.return(undefined),
    ]);
  }
}

async function next<Entry>(entries: AsyncGenerator<Entry>): Promise<Entry | undefined> {
  const { value, done } = await entries.next();
  return done ? undefined : value;
}

function smallestKey(keys: (string | undefined)[]): string | undefined {
  return keys.filter((key) => key !== undefined).toSorted(compareKeys)[0];
}

/** A store or database does not list keys in byte order. */
class KeyOrderError extends Error {
  readonly code = 'KEYS_OUT_OF_ORDER';

  constructor(what: string, before: string, after: string) {
    super(
      `Expected ${what} in byte order of their keys, as S3 lists them, but "${after}" came after "${before}". Lists in another order cannot be compared page by page.`,
    );
    this.name = 'KeyOrderError';
  }
}

/** Compares in byte order of UTF-8, which differs from the order of JavaScript's strings. */
function compareKeys(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Yields the entries; throws {@link KeyOrderError} if they are not in order. */
async function* inKeyOrder<Entry extends { key: string }>(
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
