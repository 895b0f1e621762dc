import { extname } from 'node:path';
import { inputFormats } from '../convert/index.ts';
import { admitListed, type ParseOptions } from '../events/index.ts';
import {
  type ContentState,
  type LedgerReader,
  type LedgerState,
  ledgerStates,
} from '../ledger/ledger-reader.ts';
import type { Upload } from '../pipeline/index.ts';
import type { ListedObject } from '../storage/object-files.ts';

/** The bucket and prefix of `s3://BUCKET/PREFIX`. */
export interface S3Location {
  bucket: string;
  prefix: string;
}

/**
 * How a listed object is classified: by its state in the ledger, or why the ledger is not queried.
 */
export const objectKinds = [
  ...ledgerStates,
  'older',
  'folderMarker',
  'otherType',
  'refused',
] as const;
export type ObjectKind = (typeof objectKinds)[number];

/** Objects and bytes of each kind. */
export type ObjectCounts = Record<ObjectKind, { objects: number; bytes: number }>;

/** The choices of a user, and the states that each includes. */
export const choices = {
  missing: ['missing'],
  stale: ['stale'],
  failed: ['failed'],
  all: ['missing', 'stale', 'failed'],
} as const satisfies Record<string, readonly LedgerState[]>;
export type Choice = keyof typeof choices;

export interface ClassifiedObject {
  object: ListedObject;
  kind: ObjectKind;
  /** The upload to convert; absent if the object is not chosen. */
  upload?: Upload;
}

interface ClassifyOptions {
  bucket: string;
  reader: Pick<LedgerReader, 'contentStates'>;
  recipeHash: string;
  parseOptions: ParseOptions;
  /** Which objects to convert; `withoutRow`: those without a row of their content and recipe. */
  choice: Choice | 'withoutRow';
  /** Only objects written at or after this time. */
  sinceMs?: number | undefined;
  /** Also includes objects whose names are not those of images. */
  includesOtherTypes?: boolean;
}

/** Classifies each object of a page, in order. Queries the ledger once. */
export async function classifyPage(
  page: ListedObject[],
  options: ClassifyOptions,
): Promise<ClassifiedObject[]> {
  const candidates = page.map((object) => ({ object, ...classifyWithoutLedger(object, options) }));
  const contents = candidates.flatMap(({ upload }) =>
    upload ? [{ key: upload.key, etag: upload.etag ?? '' }] : [],
  );
  const { bucket, reader, recipeHash, choice } = options;
  const states =
    contents.length === 0 ? [] : await reader.contentStates(bucket, contents, recipeHash);
  let index = 0;
  return candidates.map(({ object, upload, kind }) => {
    if (!upload) return { object, kind };
    const found = states[index++];
    if (!found) throw new Error(`The ledger returned no state for "${object.key}".`);
    return { object, kind: found.state, ...(isChosen(found, choice) && { upload }) };
  });
}

function isChosen({ state, hasRow }: ContentState, choice: ClassifyOptions['choice']): boolean {
  if (choice === 'withoutRow') return !hasRow;
  const states: readonly LedgerState[] = choices[choice];
  return states.includes(state);
}

export function zeroCounts(): ObjectCounts {
  return Object.fromEntries(
    objectKinds.map((kind) => [kind, { objects: 0, bytes: 0 }]),
  ) as ObjectCounts;
}

/** Returns the counts with these objects added. */
export function addCounts(counts: ObjectCounts, objects: ClassifiedObject[]): ObjectCounts {
  const sums = structuredClone(counts);
  for (const { kind, object } of objects) {
    sums[kind].objects++;
    sums[kind].bytes += object.sizeBytes;
  }
  return sums;
}

/** Returns the upload if the ledger must be queried, otherwise the kind. */
function classifyWithoutLedger(
  object: ListedObject,
  options: ClassifyOptions,
): { upload: Upload; kind?: never } | { upload?: never; kind: ObjectKind } {
  const { bucket, parseOptions, includesOtherTypes, sinceMs = Number.NEGATIVE_INFINITY } = options;
  const { outputBucket = bucket, outputPrefix } = parseOptions;
  const record = admitListed({ ...object, bucket }, parseOptions);
  if (record.action === 'process') {
    if (!includesOtherTypes && isOtherType(object.key)) return { kind: 'otherType' };
    if ((object.modifiedAtMs ?? 0) < sinceMs) return { kind: 'older' };
    return { upload: record.upload };
  }
  if (record.action !== 'ignore') return { kind: 'refused' };
  const isOutput = bucket === outputBucket && object.key.startsWith(outputPrefix);
  return { kind: isOutput ? 'ownOutput' : 'folderMarker' };
}

const extensions: ReadonlySet<string> = new Set(
  Object.values(inputFormats).flatMap((format) => [...format.extensions]),
);

/**
 * Decides by name, because a list shows nothing else. An object without extension may be an image.
 */
function isOtherType(key: string): boolean {
  const extension = extname(key).slice(1).toLowerCase();
  return extension !== '' && !extensions.has(extension);
}
