import type { ConversionErrorCode, GrayImage, Recipe } from '../convert/index.ts';
import type { PermanentErrorCode } from './errors.ts';
import type { ObjectRef, Upload } from './upload.ts';

/** The timed stages of an image, in order. */
export const stages = [
  'queue',
  'fetch',
  'decode',
  'gray',
  'encode',
  'store',
  'verify',
  'record',
] as const;

export type Stage = (typeof stages)[number];

/** Milliseconds per stage; a stage that did not happen is absent. */
export type StageTimes = Partial<Record<Stage, number>>;

type FailureCode = ConversionErrorCode | PermanentErrorCode;

/** Why an upload needed no separate output; see docs/errors.md. */
export const skipReasons = {
  SOURCE_GONE: 'The source was removed before it was read.',
  SOURCE_REMOVED: 'The source was removed, so its output and rows were deleted.',
  SUPERSEDED: 'A newer upload under the same key replaced it before it was read.',
  OWN_OUTPUT:
    'The object is an output of this program, written by another deployment or copied here.',
} as const;

export type SkipReason = keyof typeof skipReasons;

/** Identifies one content of a key: by version in a versioned bucket, otherwise by ETag. */
export interface SourceContent {
  versionId?: string;
  etag?: string;
  sizeBytes?: number;
}

/** The id of a content in ledger rows; empty if nothing is known of it. */
export function contentId({ versionId, etag }: SourceContent): string {
  return versionId ?? etag ?? '';
}

/** Whether two descriptions match in every field that both have. */
export function isSameContent(a: SourceContent, b: SourceContent): boolean {
  if (a.versionId && b.versionId) return a.versionId === b.versionId;
  if (a.etag && b.etag) return a.etag === b.etag;
  return true;
}

export type ImageProperties = Omit<GrayImage, 'bytes' | 'stages'>;

interface OutcomeBase {
  upload: Upload;
  /** The content that the outcome describes, which may be newer than the event's. */
  source: SourceContent;
  recipe: Recipe;
  stages: StageTimes;
}

/** The final result of converting one content. */
export type ConversionResult =
  | {
      status: 'converted';
      output: ObjectRef;
      outputSizeBytes: number;
      /** Hexadecimal. */
      outputSha256: string;
      image: ImageProperties;
    }
  | { status: 'failed'; code: FailureCode; message: string };

/** The outcome of one content of one key: exactly one ledger row. */
export type Outcome = OutcomeBase &
  (ConversionResult | { status: 'skipped'; code: SkipReason; message: string });
