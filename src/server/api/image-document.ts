import type { LedgerRow } from '../../ledger/ledger-reader.ts';
import { outputFormatOf } from '../row-files/output-format.ts';
import { isInServedBuckets, type ServedBuckets } from '../row-files/served-buckets.ts';
import { roundNumbers } from './round-numbers.ts';
import type { Image } from './schemas.ts';

const thumbnailWidth = 160;

/** A row as an API document, with links to the files that this server serves. */
export function imageDocument(row: LedgerRow, buckets: ServedBuckets): Image {
  const self = `/v1/images/${row.id}`;
  const hasSource =
    row.sourceBucket !== null &&
    row.sourceKey !== null &&
    isInServedBuckets(row, buckets, 'source');
  // Rows that the original wrote name no bucket, so the location of their outputs is unknown.
  const hasOutput = row.outputBucket !== null && isInServedBuckets(row, buckets, 'output');
  const stages = Object.entries(row.stagesMs).filter(([, ms]) => ms !== null);
  return {
    id: row.id,
    status: row.status,
    code: row.code,
    message: row.message,
    source: {
      bucket: row.sourceBucket,
      key: row.sourceKey,
      versionId: row.sourceVersion,
      etag: row.sourceEtag,
      sizeBytes: row.sourceSizeBytes,
      format: row.inputFormat,
      pages: row.pages,
      colourfulness: toColourfulness(row),
    },
    output: toOutput(row),
    recipe: toRecipe(row),
    stagesMs: roundNumbers(Object.fromEntries(stages)),
    durationMs: roundNumbers(row.durationMs),
    attempts: row.attempts,
    coldStart: row.coldStart,
    processorVersion: row.processorVersion,
    eventTime: row.eventTime,
    recordedAt: row.recordedAt,
    links: {
      self,
      source: hasSource ? `${self}/source` : null,
      gray: hasOutput ? `${self}/gray` : null,
      thumbnail: hasOutput ? `${self}/gray?width=${thumbnailWidth}` : null,
    },
  };
}

function toColourfulness(row: LedgerRow): Image['source']['colourfulness'] {
  const { colourfulnessMax: max, colourfulnessP99: p99, isNeutral } = row;
  return max === null || p99 === null || isNeutral === null ? null : { max, p99, isNeutral };
}

function toOutput(row: LedgerRow): Image['output'] {
  if (row.outputKey === null) return null;
  const { outputBucket: bucket, outputKey: key, outputSizeBytes: sizeBytes } = row;
  const { outputSha256: sha256, width, height, channels, depth } = row;
  const losses = (row.losses ?? []) as NonNullable<Image['output']>['losses'];
  const format = outputFormatOf(row);
  return { bucket, key, sizeBytes, sha256, format, width, height, channels, depth, losses };
}

function toRecipe({ recipeHash, recipe, method, outputFormat }: LedgerRow): Image['recipe'] {
  if (recipeHash === null || recipe === null) return null;
  return { hash: recipeHash, text: recipe, method: method ?? '', format: outputFormat ?? '' };
}
