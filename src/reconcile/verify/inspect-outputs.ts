import type { LedgerReader } from '../../ledger/ledger-reader.ts';
import { isOutput, otherEngine, type PipelineParts } from '../../pipeline/index.ts';
import type { ListedObject, ObjectFiles } from '../../storage/object-files.ts';
import type { S3Location } from '../classify-page.ts';
import { compareOutputs } from './compare-outputs.ts';
import { type KeyFinding, type Pair, toUpload } from './findings.ts';

export interface InspectOptions {
  location: S3Location;
  output: S3Location;
  files: Pick<ObjectFiles, 'head' | 'open'>;
  reader: Pick<LedgerReader, 'findContent'>;
  recipeHash: string;
  /** Converts the sources again; if absent, only the metadata is compared. */
  pipeline?: PipelineParts | undefined;
}

/** Outputs whose metadata were compared, outputs whose bytes were compared, and foreign files. */
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
  const { location, pipeline } = options;
  const groupSize = pipeline ? maxConcurrentComparisons : maxConcurrentInspections;
  const pairs: Pair[] = [];
  const unclaimed: ListedObject[] = [];

  async function inspectPairs() {
    const group = pairs.splice(0);
    const found = await Promise.all(group.map((pair) => inspectPair(pair, options)));
    counts.inspected += group.length;
    const withoutFinding = group.filter((_, index) => found[index] === undefined);
    const compareOptions = pipeline && { ...options, bucket: location.bucket, pipeline };
    const different =
      compareOptions && withoutFinding.length > 0
        ? await compareOutputs(withoutFinding, compareOptions)
        : [];
    if (compareOptions) counts.compared += withoutFinding.length;
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
    location: { bucket },
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
  // The source was replaced after the list was read: its event will follow.
  if (now?.etag !== source.etag) return undefined;
  const kind = found ? 'stale' : 'missing';
  return { kind, key, reason, upload: toUpload(source, bucket) };
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
