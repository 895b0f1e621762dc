import { outputOf } from './convert-and-store.ts';
import { SourceUnsettledError } from './errors.ts';
import type { Outcome } from './outcome.ts';
import type { PipelineParts } from './ports.ts';
import type { UnrecordedContents } from './superseded.ts';
import type { Upload } from './upload.ts';

/**
 * The outcomes of one key's uploads, the newest content first, or the reason why there are none.
 */
export type KeyResult = { uploads: Upload[] } & (
  | { outcomes: [Outcome, ...Outcome[]]; unrecorded?: UnrecordedContents[] }
  | { error: unknown }
);

/** Max rounds in which sources appear or disappear while their rows are written. */
const maxRounds = 3;

/**
 * Rows are written after the last check of the source. If rows follow their sources, a row would
 * stay wrong if its source changes between the check and the write. So this checks each key again
 * after its rows are written, and repeats the work if needed.
 */
export async function processUntilSettled(
  keys: Upload[][],
  processKeys: (keys: Upload[][]) => Promise<KeyResult[]>,
  parts: PipelineParts,
): Promise<KeyResult[]> {
  let results = await processKeys(keys);
  if (parts.onSourceDeleted !== 'delete') return results;
  const settled: KeyResult[] = [];
  for (let round = 1; results.length > 0; round++) {
    const rechecked = await Promise.all(results.map((result) => recheckSource(result, parts)));
    settled.push(...rechecked.filter(({ hasChanged }) => !hasChanged).map(({ result }) => result));
    const changed = rechecked.flatMap(({ result, hasChanged }) =>
      hasChanged ? [result.uploads] : [],
    );
    if (round === maxRounds) {
      const error = (uploads: Upload[]) => new SourceUnsettledError(uploads[0]?.key ?? '', round);
      return [...settled, ...changed.map((uploads) => ({ uploads, error: error(uploads) }))];
    }
    results = changed.length > 0 ? await processKeys(changed) : [];
  }
  return settled;
}

/** Checks whether the source appeared or disappeared after its rows were decided. */
async function recheckSource(
  result: KeyResult,
  { store }: PipelineParts,
): Promise<{ result: KeyResult; hasChanged: boolean }> {
  const { uploads } = result;
  const [upload] = uploads;
  if ('error' in result || !upload) return { result, hasChanged: false };
  try {
    const exists = (await store.head(upload)) !== undefined;
    return { result, hasChanged: exists === isRemoved(result.outcomes[0]) };
  } catch (error) {
    return { result: { uploads, error }, hasChanged: false };
  }
}

/** Whether the source is removed. Such an outcome is reported but not recorded. */
export function isRemoved(outcome: Outcome): boolean {
  return outcome.status === 'skipped' && outcome.code === 'SOURCE_REMOVED';
}

/** Removes the rows of removed sources. */
export async function deleteRowsOfRemoved(
  results: KeyResult[],
  parts: PipelineParts,
): Promise<KeyResult[]> {
  const removedSources = results.flatMap((result) =>
    'error' in result || !isRemoved(result.outcomes[0]) ? [] : result.outcomes[0].upload,
  );
  if (removedSources.length === 0) return results;
  try {
    await parts.ledger.remove(
      removedSources.map((source) => ({ source, output: outputOf(source, parts) })),
    );
    return results;
  } catch (error) {
    return results.map((result) =>
      'error' in result || !isRemoved(result.outcomes[0])
        ? result
        : { uploads: result.uploads, error },
    );
  }
}
