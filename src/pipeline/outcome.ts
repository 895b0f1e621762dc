import type { ConversionErrorCode, GrayImage, Recipe } from '../convert/index.ts';
import type { PermanentErrorCode } from './errors.ts';
import type { ObjectRef, Upload } from './upload.ts';

/** What is timed for each image, in the order in which it happens. */
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

/** Milliseconds a stage; a stage that did not happen is absent. */
export type StageTimes = Partial<Record<Stage, number>>;

type FailureCode = ConversionErrorCode | PermanentErrorCode;

/** Why an upload needed no output of its own; docs/errors.md says more. */
export const skipReasons = {
  SOURCE_GONE: 'The source was removed before it was read.',
  SOURCE_REMOVED: 'The source was removed, and its output and rows with it.',
  SUPERSEDED: 'A newer upload under the same key took its place before it was read.',
  OWN_OUTPUT: 'It is an output of this program, which another deployment or a copy brought here.',
} as const;

export type SkipReason = keyof typeof skipReasons;

/** Which content under a key: the version where the bucket keeps versions, else the ETag. */
export interface SourceContent {
  versionId?: string;
  etag?: string;
  sizeBytes?: number;
}

/** What a row of the ledger calls a content; empty where nothing is known of it. */
export function contentId({ versionId, etag }: SourceContent): string {
  return versionId ?? etag ?? '';
}

/** Whether two descriptions are of the same content, as far as both of them know. */
export function isSameContent(a: SourceContent, b: SourceContent): boolean {
  if (a.versionId && b.versionId) return a.versionId === b.versionId;
  if (a.etag && b.etag) return a.etag === b.etag;
  return true;
}

export type Converted = Omit<GrayImage, 'bytes' | 'stages'>;

interface OutcomeBase {
  upload: Upload;
  /** The content that the outcome is about, which may be newer than the upload's event. */
  source: SourceContent;
  recipe: Recipe;
  stages: StageTimes;
}

/** What came of converting one content, for good. */
export type Result =
  | {
      status: 'converted';
      output: ObjectRef;
      outputSizeBytes: number;
      /** Hexadecimal. */
      outputSha256: string;
      image: Converted;
    }
  | { status: 'failed'; code: FailureCode; message: string };

/** What became of one content of one key: exactly one row of the ledger. */
export type Outcome = OutcomeBase &
  (Result | { status: 'skipped'; code: SkipReason; message: string });
