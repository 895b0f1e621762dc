import { isOutput } from '../../pipeline/index.ts';
import type { ListedObject, ObjectFiles } from '../../storage/object-files.ts';
import type { Place } from '../index.ts';
import type { KeyFinding } from './finding.ts';
import { type Pair, uploadOf } from './judge.ts';

interface LookOptions {
  bucket: string;
  output: Place;
  files: Pick<ObjectFiles, 'look'>;
  recipeHash: string;
}

/** What an output says of where it comes from, compared with its source. */
export async function lookAtPair(
  { source, output }: Pair,
  { bucket, output: { bucket: outputBucket }, files, recipeHash }: LookOptions,
): Promise<KeyFinding | undefined> {
  const { key } = source;
  const found = await files.look({ bucket: outputBucket, key: output.key });
  const reason = found ? differenceIn(found.metadata, { source, recipeHash }) : 'it went away';
  if (reason === undefined) return undefined;
  const now = await files.look({ bucket, key });
  // Replaced since it was listed: its event is on the way.
  if (now?.etag !== source.etag) return undefined;
  const kind = found ? 'stale' : 'missing';
  return { kind, key, reason, upload: uploadOf(source, bucket) };
}

function differenceIn(
  metadata: Record<string, string>,
  { source, recipeHash }: { source: ListedObject; recipeHash: string },
): string | undefined {
  if (!isOutput({ metadata })) return 'what lies there is no output of this program';
  if (metadata['source-etag'] !== source.etag) return 'it was made from another content';
  if (metadata['recipe-hash'] === recipeHash) return undefined;
  return `it was made by another recipe, ${metadata.recipe ?? metadata['recipe-hash']}`;
}

/** An output without source and row: an orphan where it is one of ours. */
export async function lookAtUnclaimed(
  output: ListedObject,
  { output: { bucket, prefix }, files }: LookOptions,
): Promise<KeyFinding | undefined> {
  const found = await files.look({ bucket, key: output.key });
  if (!found || !isOutput(found)) return undefined;
  const key = output.key.slice(prefix.length);
  return { kind: 'orphan', key, reason: 'its source is gone, and it has no row' };
}
