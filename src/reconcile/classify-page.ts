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

/** What `s3://BUCKET/PREFIX` names. */
export interface Place {
  bucket: string;
  prefix: string;
}

/** What each object is to a backfill: its state in the ledger, or why that is not even asked. */
export const kinds = [...ledgerStates, 'older', 'folderMarker', 'otherType', 'refused'] as const;
export type Kind = (typeof kinds)[number];

/** Objects and bytes of each kind. */
export type Counts = Record<Kind, { objects: number; bytes: number }>;

/** What can be asked for, and which states it means. */
export const choices = {
  missing: ['missing'],
  stale: ['stale'],
  failed: ['failed'],
  all: ['missing', 'stale', 'failed'],
} as const satisfies Record<string, readonly LedgerState[]>;
export type Choice = keyof typeof choices;

export interface ClassifiedObject {
  object: ListedObject;
  kind: Kind;
  /** What is to be converted; absent where the object is left out. */
  upload?: Upload;
}

interface ClassifyOptions {
  bucket: string;
  reader: Pick<LedgerReader, 'compare'>;
  recipeHash: string;
  parseOptions: ParseOptions;
  /** Which objects are to be converted; `withoutRow`: those without a row of their content and recipe. */
  choice: Choice | 'withoutRow';
  /** Only objects that were written at this moment or later. */
  sinceMs?: number | undefined;
  /** Also objects that are no image by their names. */
  takesAnyType?: boolean;
}

/** What is to be done about each object of a page, in their order. The ledger is asked once. */
export async function classifyPage(
  page: ListedObject[],
  options: ClassifyOptions,
): Promise<ClassifiedObject[]> {
  const admitted = page.map((object) => ({ object, ...admit(object, options) }));
  const contents = admitted.flatMap(({ upload }) =>
    upload ? [{ key: upload.key, etag: upload.etag ?? '' }] : [],
  );
  const { bucket, reader, recipeHash, choice } = options;
  const states = contents.length === 0 ? [] : await reader.compare(bucket, contents, recipeHash);
  let place = 0;
  return admitted.map(({ object, upload, kind }) => {
    if (!upload) return { object, kind };
    const found = states[place++];
    if (!found) throw new Error(`The ledger did not answer for "${object.key}".`);
    return { object, kind: found.state, ...(isChosen(found, choice) && { upload }) };
  });
}

function isChosen({ state, hasRow }: ContentState, choice: ClassifyOptions['choice']): boolean {
  if (choice === 'withoutRow') return !hasRow;
  const states: readonly LedgerState[] = choices[choice];
  return states.includes(state);
}

export function noCounts(): Counts {
  return Object.fromEntries(kinds.map((kind) => [kind, { objects: 0, bytes: 0 }])) as Counts;
}

/** The counts with these objects added. */
export function countsWith(counts: Counts, objects: ClassifiedObject[]): Counts {
  const sums = structuredClone(counts);
  for (const { kind, object } of objects) {
    sums[kind].objects++;
    sums[kind].bytes += object.sizeBytes;
  }
  return sums;
}

type Admitted = { upload: Upload; kind?: never } | { upload?: never; kind: Kind };

function admit(object: ListedObject, options: ClassifyOptions): Admitted {
  const { bucket, parseOptions, takesAnyType, sinceMs = Number.NEGATIVE_INFINITY } = options;
  const { outputBucket = bucket, outputPrefix } = parseOptions;
  const record = admitListed({ ...object, bucket }, parseOptions);
  if (record.action === 'process') {
    if (!takesAnyType && isOtherType(object.key)) return { kind: 'otherType' };
    if ((object.modifiedAtMs ?? 0) < sinceMs) return { kind: 'older' };
    return { upload: record.upload };
  }
  if (record.action !== 'ignore') return { kind: 'refused' };
  const isOwn = bucket === outputBucket && object.key.startsWith(outputPrefix);
  return { kind: isOwn ? 'ownOutput' : 'folderMarker' };
}

const extensions: ReadonlySet<string> = new Set(
  Object.values(inputFormats).flatMap((format) => [...format.extensions]),
);

/** By its name, which is all that a list tells. What has no extension may be a picture. */
function isOtherType(key: string): boolean {
  const extension = extname(key).slice(1).toLowerCase();
  return extension !== '' && !extensions.has(extension);
}
