import { outputOf } from './convert-and-store.ts';
import { SourceUnsettledError } from './errors.ts';
import type { Outcome } from './outcome.ts';
import type { PipelineParts } from './ports.ts';
import type { Unrecorded } from './superseded.ts';
import type { Upload } from './upload.ts';

/**
 * The outcomes of one key's uploads, the newest content first, or the reason why there are none.
 */
export type KeyResult = { uploads: Upload[] } & (
  | { outcomes: [Outcome, ...Outcome[]]; unrecorded?: Unrecorded[] }
  | { error: unknown }
);

/**
 * Rounds in which sources appear or disappear while rows are written, before the key returns to the
 * queue.
 */
const maxRounds = 3;

/**
 * Rows are written after the last check of the source. If rows follow their sources, a row would
 * stay wrong if its source changes between the check and the write. So this checks each key again
 * after its rows are written, and repeats the work if needed.
 */
export async function settleAll(
  keys: Upload[][],
  settle: (keys: Upload[][]) => Promise<KeyResult[]>,
  parts: PipelineParts,
): Promise<KeyResult[]> {
  let results = await settle(keys);
  if (parts.onSourceDeleted !== 'delete') return results;
  const settled: KeyResult[] = [];
  for (let round = 1; results.length > 0; round++) {
    const rechecked = await Promise.all(results.map((key) => recheckSource(key, parts)));
    settled.push(...rechecked.filter(({ hasChanged }) => !hasChanged).map(({ key }) => key));
    const changed = rechecked.filter(({ hasChanged }) => hasChanged).map(({ key }) => key.uploads);
    if (round === maxRounds) {
      const error = (uploads: Upload[]) => new SourceUnsettledError(uploads[0]?.key ?? '', round);
      return [...settled, ...changed.map((uploads) => ({ uploads, error: error(uploads) }))];
    }
    results = changed.length > 0 ? await settle(changed) : [];
  }
  return settled;
}

/** Whether the source appeared or disappeared after the check that its rows are based on. */
async function recheckSource(
  key: KeyResult,
  { store }: PipelineParts,
): Promise<{ key: KeyResult; hasChanged: boolean }> {
  const [upload] = key.uploads;
  if ('error' in key || !upload) return { key, hasChanged: false };
  try {
    const exists = (await store.head(upload)) !== undefined;
    return { key, hasChanged: exists === isRemoved(key.outcomes[0]) };
  } catch (error) {
    return { key: { uploads: key.uploads, error }, hasChanged: false };
  }
}

/** Whether the source is removed. Such an outcome is reported but not recorded. */
export function isRemoved(outcome: Outcome): boolean {
  return outcome.status === 'skipped' && outcome.code === 'SOURCE_REMOVED';
}

/** Removes the rows of removed sources. */
export async function deleteRowsOfRemoved(
  keys: KeyResult[],
  parts: PipelineParts,
): Promise<KeyResult[]> {
  const removedSources = keys.flatMap((key) =>
    'error' in key || !isRemoved(key.outcomes[0]) ? [] : key.outcomes[0].upload,
  );
  if (removedSources.length === 0) return keys;
  try {
    await parts.ledger.remove(
      removedSources.map((source) => ({ source, output: outputOf(source, parts) })),
    );
    return keys;
  } catch (error) {
    return keys.map((key) =>
      'error' in key || !isRemoved(key.outcomes[0]) ? key : { uploads: key.uploads, error },
    );
  }
}
