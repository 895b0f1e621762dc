import type { Upload } from '../../pipeline/index.ts';

/** What can be wrong with a key. */
export const findingKinds = [
  'missing',
  'stale',
  'unrecorded',
  'different',
  'orphan',
  'dangling',
  'unchecked',
] as const;
export type FindingKind = (typeof findingKinds)[number];

export interface KeyFinding {
  kind: FindingKind;
  /** Of the source. */
  key: string;
  /** In a few words. */
  reason: string;
  /** What is to be converted to put it right. */
  upload?: Upload;
}
