import { createHash } from 'node:crypto';
import type { LedgerReader } from '../../ledger/ledger-reader.ts';
import {
  contentId,
  type Ledger,
  type ObjectStore,
  type Outcome,
  otherEngine,
  type PipelineParts,
  processBatch,
} from '../../pipeline/index.ts';
import type { ObjectFiles } from '../../storage/object-files.ts';
import { type KeyFinding, type Pair, toUpload } from './findings.ts';

interface CompareOutputsOptions {
  bucket: string;
  files: Pick<ObjectFiles, 'open'>;
  reader: Pick<LedgerReader, 'findContent'>;
  recipeHash: string;
  pipeline: PipelineParts;
}

/**
 * Converts the sources again, with the usual limits and memory, and compares each result byte by
 * byte with the existing output. Writes nothing.
 */
export async function compareOutputs(
  pairs: Pair[],
  options: CompareOutputsOptions,
): Promise<KeyFinding[]> {
  const { bucket, files, pipeline } = options;
  const comparisons = new Map<string, Comparison>();
  const store = createComparingStore(pipeline.store, files, comparisons);
  const { results } = await processBatch(
    pairs.map(({ source }) => toUpload(source, bucket)),
    { ...pipeline, store, ledger: noLedger, onSourceDeleted: 'keep' },
  );
  const findings = await Promise.all(
    pairs.map(async (pair, index): Promise<KeyFinding | undefined> => {
      const { key } = pair.source;
      const result = results[index];
      if (!result || 'error' in result) {
        const { error } = result ?? {};
        const reason = error instanceof Error ? error.message : String(error);
        return { kind: 'unchecked', key, reason };
      }
      return await findDifference(pair, result.outcome, { comparisons, options });
    }),
  );
  return findings.filter((finding) => finding !== undefined);
}

interface Comparison {
  /** How the output differs from the converted source. */
  difference?: string;
  /** Of the existing output. */
  sha256?: string;
  /** Why the difference is no damage. */
  otherEngine?: string | undefined;
}

async function findDifference(
  { source, output }: Pair,
  outcome: Outcome,
  {
    comparisons,
    options,
  }: { comparisons: Map<string, Comparison>; options: CompareOutputsOptions },
): Promise<KeyFinding | undefined> {
  const { bucket, reader, recipeHash } = options;
  const { key } = source;
  if (outcome.status === 'skipped' || outcome.source.etag !== source.etag) return undefined;
  if (outcome.status === 'failed') {
    // The limits here may differ from those of the original conversion.
    return { kind: 'unchecked', key, reason: `${outcome.code}: ${outcome.message}` };
  }
  const { difference, sha256, otherEngine: age } = comparisons.get(output.key) ?? {};
  const content = { bucket, key, contentId: contentId(outcome.source), recipeHash };
  const recorded = (await reader.findContent(content))?.outputSha256 ?? undefined;
  const hasOtherChecksum = recorded !== undefined && sha256 !== undefined && recorded !== sha256;
  const reasons = [
    ...(difference === undefined ? [] : [difference]),
    ...(difference === undefined || age === undefined ? [] : [age]),
    ...(hasOtherChecksum ? ['its checksum differs from its row'] : []),
  ];
  if (reasons.length === 0) return undefined;
  const kind = age !== undefined && !hasOtherChecksum ? 'stale' : 'different';
  return { kind, key, reason: reasons.join('; '), upload: toUpload(source, bucket) };
}

/** A store that compares instead of writing: `put` compares with the existing object. */
function createComparingStore(
  store: ObjectStore,
  files: Pick<ObjectFiles, 'open'>,
  comparisons: Map<string, Comparison>,
): ObjectStore {
  return {
    read: (...call) => store.read(...call),
    head: (...call) => store.head(...call),
    async put(ref, { bytes }) {
      const found = await files.open(ref);
      comparisons.set(
        ref.key,
        found
          ? {
              ...(await compareStream(found.body, bytes)),
              otherEngine: otherEngine(found.metadata),
            }
          : { difference: 'it was deleted during the run' },
      );
    },
    remove: () => Promise.reject(new Error('Expected a comparison not to delete objects.')),
  };
}

/** Compares while the object downloads, and holds at most one chunk of it. */
async function compareStream(
  body: AsyncIterable<Uint8Array>,
  expected: Uint8Array,
): Promise<Comparison> {
  const hash = createHash('sha256');
  let at = 0;
  let firstDifference: number | undefined;
  for await (const chunk of body) {
    hash.update(chunk);
    const offset = firstDifference ?? firstDifferenceIn(chunk, expected.subarray(at));
    if (firstDifference === undefined && offset !== undefined) firstDifference = at + offset;
    at += chunk.byteLength;
  }
  if (at < expected.byteLength) firstDifference ??= at;
  const sha256 = hash.digest('hex');
  if (firstDifference === undefined) return { sha256 };
  return { sha256, difference: `it differs at byte ${firstDifference}` };
}

function firstDifferenceIn(chunk: Uint8Array, expected: Uint8Array): number | undefined {
  const same = expected.subarray(0, chunk.byteLength);
  if (Buffer.compare(chunk, same) === 0) return undefined;
  const offset = chunk.findIndex((byte, index) => byte !== same[index]);
  return offset < 0 ? undefined : offset;
}

const noLedger: Ledger = { record: async () => {}, remove: async () => {} };
