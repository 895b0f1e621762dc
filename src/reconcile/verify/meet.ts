import type { ListedObject } from '../../storage/object-files.ts';
import type { ClassifiedObject } from '../index.ts';
import { compareKeys, inKeyOrder } from './key-order.ts';

/** What there is of one key of a source. */
export interface Meeting {
  key: string;
  source?: ClassifiedObject | undefined;
  output?: ListedObject | undefined;
  /** Whether a row names the output. */
  hasRow: boolean;
}

export interface Lists {
  sources: AsyncIterable<{ key: string; source: ClassifiedObject }>;
  outputs: AsyncIterable<{ key: string; output: ListedObject }>;
  rows: AsyncIterable<{ key: string }>;
}

/** Goes along three sorted lists at once, like a zipper: of each no more than a page is held. */
export async function* meet(lists: Lists): AsyncGenerator<Meeting> {
  const sources = inKeyOrder('sources', lists.sources);
  const outputs = inKeyOrder('outputs', lists.outputs);
  const rows = inKeyOrder('rows', lists.rows);
  try {
    let [source, output, row] = await Promise.all([next(sources), next(outputs), next(rows)]);
    for (;;) {
      const key = smallest([source?.key, output?.key, row?.key]);
      if (key === undefined) return;
      const [ownSource, ownOutput, ownRow] = [source, output, row].map((entry) =>
        entry?.key === key ? entry : undefined,
      ) as [typeof source, typeof output, typeof row];
      yield {
        key,
        source: ownSource?.source,
        output: ownOutput?.output,
        hasRow: ownRow !== undefined,
      };
      if (ownSource) source = await next(sources);
      if (ownOutput) output = await next(outputs);
      if (ownRow) row = await next(rows);
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

function smallest(keys: (string | undefined)[]): string | undefined {
  return keys
    .filter((key) => key !== undefined)
    .reduce<string | undefined>(
      (least, key) => (least === undefined || compareKeys(key, least) < 0 ? key : least),
      undefined,
    );
}
