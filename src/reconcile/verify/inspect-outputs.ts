import type { LedgerReader } from '../../ledger/ledger-reader.ts';
import { isOutput, otherEngine, type PipelineParts } from '../../pipeline/index.ts';
import type { ListedObject, ObjectFiles } from '../../storage/object-files.ts';
import type { Place } from '../classify-page.ts';
import { compareOutputs } from './compare-outputs.ts';
import { type KeyFinding, type Pair, uploadOf } from './findings.ts';

export interface InspectOptions {
  place: Place;
  output: Place;
  files: Pick<ObjectFiles, 'head' | 'open'>;
  reader: Pick<LedgerReader, 'findContent'>;
  recipeHash: string;
  /** Converts the sources again; if absent, only the metadata is compared. */
  pipeline?: PipelineParts | undefined;
}

/** Outputs whose metadata and whose bytes were compared, and foreign files. */
interface InspectionCounts {
  inspected: number;
  compared: number;
  leftOut: number;
}

/** Concurrent HEAD requests, and conversions that a stop waits for. */
const maxConcurrentInspections = 50;
const maxConcurrentComparisons = 10;

/** Inspects outputs in groups and adds to the counts. */
export function createInspector(
  options: InspectOptions,
  counts: InspectionCounts,
  onFinding: (finding: KeyFinding) => Promise<void>,
) {
  const { place, pipeline } = options;
  const groupSize = pipeline ? maxConcurrentComparisons : maxConcurrentInspections;
  const pairs: Pair[] = [];
  const unclaimed: ListedObject[] = [];

  async function inspectPairs() {
    const group = pairs.splice(0);
    const found = await Promise.all(group.map((pair) => inspectPair(pair, options)));
    counts.inspected += group.length;
    const withoutFinding = group.filter((_, index) => found[index] === undefined);
    const comparing = pipeline && { ...options, bucket: place.bucket, pipeline };
    const different =
      comparing && withoutFinding.length > 0 ? await compareOutputs(withoutFinding, comparing) : [];
    if (comparing) counts.compared += withoutFinding.length;
    await report([...found, ...different]);
  }

  async function inspectAllUnclaimed() {
    const group = unclaimed.splice(0);
    const found = await Promise.all(group.map((output) => inspectUnclaimed(output, options)));
    counts.leftOut += found.filter((finding) => !finding).length;
    await report(found);
  }

  async function report(findings: (KeyFinding | undefined)[]) {
    for (const finding of findings) if (finding) await onFinding(finding);
  }

  return {
    async addPair(pair: Pair) {
      pairs.push(pair);
      if (pairs.length >= groupSize) await inspectPairs();
    },
    async addUnclaimed(output: ListedObject) {
      unclaimed.push(output);
      if (unclaimed.length >= maxConcurrentInspections) await inspectAllUnclaimed();
    },
    async finish() {
      await inspectPairs();
      await inspectAllUnclaimed();
    },
  };
}

/** Compares the metadata of an output with its source. */
async function inspectPair(
  { source, output }: Pair,
  {
    place: { bucket },
    output: { bucket: outputBucket },
    files,
    recipeHash,
    pipeline,
  }: InspectOptions,
): Promise<KeyFinding | undefined> {
  const { key } = source;
  const found = await files.head({ bucket: outputBucket, key: output.key });
  const reason = found
    ? (differenceIn(found.metadata, { source, recipeHash }) ??
      // The bytes may be the same; if they are compared, they decide.
      (pipeline ? undefined : otherEngine(found.metadata)))
    : 'it was deleted during the run';
  if (reason === undefined) return undefined;
  const now = await files.head({ bucket, key });
  // Replaced since it was listed: its event is on its way.
  if (now?.etag !== source.etag) return undefined;
  const kind = found ? 'stale' : 'missing';
  return { kind, key, reason, upload: uploadOf(source, bucket) };
}

function differenceIn(
  metadata: Record<string, string>,
  { source, recipeHash }: { source: ListedObject; recipeHash: string },
): string | undefined {
  if (!isOutput({ metadata })) return 'the file is not an output of this program';
  if (metadata['source-etag'] !== source.etag) return 'it was made from other content';
  if (metadata['recipe-hash'] === recipeHash) return undefined;
  return `it was made with another recipe: ${metadata.recipe ?? metadata['recipe-hash']}`;
}

/** Inspects an output without source and row: it is an orphan if it is ours. */
async function inspectUnclaimed(
  output: ListedObject,
  { output: { bucket, prefix }, files }: InspectOptions,
): Promise<KeyFinding | undefined> {
  const found = await files.head({ bucket, key: output.key });
  if (!found || !isOutput(found)) return undefined;
  const key = output.key.slice(prefix.length);
  return { kind: 'orphan', key, reason: 'its source is gone, and it has no row' };
}
