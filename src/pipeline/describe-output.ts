import { basename } from 'node:path/posix';
import { describeRecipe, type OutputFormat, outputFormats, recipeHash } from '../convert/index.ts';
import { engineVersion } from '../version.ts';
import { contentDisposition, downloadName } from './download-name.ts';
import type { NewObject, PipelineParts, ReadObject } from './ports.ts';
import type { ObjectRef } from './upload.ts';

type OutputParts = Pick<PipelineParts, 'recipe' | 'processorVersion' | 'outputCarry'>;

/** The attributes of an output: its own, and those that it carries over from its source. */
export function describeOutput(
  { source, output }: { source: ObjectRef; output: ObjectRef },
  content: ReadObject,
  { format, outputCarry = [], ...parts }: OutputParts & { format: OutputFormat },
): Omit<NewObject, 'bytes' | 'sha256'> {
  const { tags, cacheControl, metadata } = content;
  const name = downloadName(output.key, format);
  return {
    contentType: outputFormats[format].contentType,
    // A PNG may be stored as `photo.jpg`. Browsers would save it under that name.
    ...(name !== basename(output.key) && {
      contentDisposition: contentDisposition('inline', name),
    }),
    ...(outputCarry.includes('tags') && tags && { tags }),
    ...(outputCarry.includes('cache-control') && cacheControl && { cacheControl }),
    metadata: {
      ...(outputCarry.includes('metadata') && carriedMetadata(metadata)),
      ...ownMetadata(source, content, parts),
    },
  };
}

const engineKey = 'engine-version';

/** Identifies the source and the recipe. */
function ownMetadata(
  { bucket }: ObjectRef,
  { etag, versionId }: ReadObject,
  { recipe, processorVersion }: OutputParts,
): Record<string, string> {
  return {
    'source-bucket': encodeURIComponent(bucket),
    'source-etag': etag,
    ...(versionId && { 'source-version': versionId }),
    recipe: describeRecipe(recipe),
    'recipe-hash': recipeHash(recipe),
    'processor-version': processorVersion,
    [engineKey]: engineVersion,
  };
}

/** Only outputs of versioned sources have this entry. */
const ownName = 'source-version';
/** Also checksums of the source by rclone and s3cmd, which do not match the output. */
const notCarried = new Set([ownName, 'content-md5', 'md5chksum', 's3cmd-attrs']);

function carriedMetadata(metadata: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !notCarried.has(name)));
}

/** Why an output may differ from what this program makes of its source now, if it may. */
export function otherEngine(metadata: Record<string, string>): string | undefined {
  // The first did not say.
  const made = metadata[engineKey] ?? '1';
  return made === engineVersion
    ? undefined
    : `it was made by engine ${made}, and this is engine ${engineVersion}`;
}

/** Whether an object's metadata says that it is an output, even if it was copied among the uploads. */
export function isOutput({ metadata }: Pick<ReadObject, 'metadata'>): boolean {
  return 'recipe-hash' in metadata && 'processor-version' in metadata;
}

/**
 * Whether an object is an output of a source in this bucket. Outputs of older versions name no
 * bucket, so they count as outputs of any.
 */
export function isOutputOf({ bucket }: ObjectRef, found: Pick<ReadObject, 'metadata'>): boolean {
  const sourceBucket = found.metadata['source-bucket'];
  return (
    isOutput(found) && (sourceBucket === undefined || sourceBucket === encodeURIComponent(bucket))
  );
}
