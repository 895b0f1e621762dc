import type { Upload } from '../../pipeline/index.ts';
import type { ListedObject } from '../../storage/object-files.ts';
import type { KeyEntry } from './merge-lists.ts';

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
  /** The key of the source. */
  key: string;
  reason: string;
  /** The upload that repairs it. */
  upload?: Upload;
}

/** A source and its output, if the lists and the ledger agree on them. */
export interface Pair {
  source: ListedObject;
  output: ListedObject;
}

/** The verdict on a key from the lists and the ledger. */
export type Verdict =
  | { type: 'finding'; finding: KeyFinding }
  /** The output must be inspected to be sure. */
  | { type: 'paired'; pair: Pair }
  /** Neither a source nor a row shows whether it is our output. */
  | { type: 'unclaimed'; output: ListedObject }
  /**
   * The newest content cannot be converted. No output, or that of the last valid content, is
   * correct.
   */
  | { type: 'failed' }
  /** Written after the run began, so perhaps not converted yet. */
  | { type: 'recent' }
  | { type: 'leftOut' };

interface JudgeOptions {
  bucket: string;
  startedAtMs: number;
}

export function judgeKey(entry: KeyEntry, options: JudgeOptions): Verdict {
  return entry.source ? judgeSource(entry, options) : judgeWithoutSource(entry, options);
}

function judgeSource({ key, source, output }: KeyEntry, options: JudgeOptions): Verdict {
  if (!source) return { type: 'leftOut' };
  const { object, kind } = source;
  const found = (finding: Omit<KeyFinding, 'key' | 'upload'>): Verdict => ({
    type: 'finding',
    finding: { ...finding, key, upload: toUpload(object, options.bucket) },
  });
  if (isRecent(object, options)) return { type: 'recent' };
  switch (kind) {
    case 'failed':
      return { type: 'failed' };
    case 'current':
      if (output) return { type: 'paired', pair: { source: object, output } };
      return found({ kind: 'missing', reason: 'its row records a conversion' });
    case 'stale': {
      const reason = 'its rows are of other content or another recipe';
      return found({ kind: output ? 'stale' : 'missing', reason });
    }
    case 'missing':
      return found({ kind: output ? 'unrecorded' : 'missing', reason: 'it has no row' });
    case 'otherType':
      // Its name is not that of an image, but it was converted on request.
      return output ? { type: 'paired', pair: { source: object, output } } : { type: 'leftOut' };
    default:
      return { type: 'leftOut' };
  }
}

function judgeWithoutSource({ key, output, hasRow }: KeyEntry, options: JudgeOptions): Verdict {
  if (output && isRecent(output, options)) return { type: 'recent' };
  if (output && !hasRow) return { type: 'unclaimed', output };
  const finding: KeyFinding = output
    ? { kind: 'orphan', key, reason: 'its source is gone' }
    : { kind: 'dangling', key, reason: 'its source and output are gone, but its row remains' };
  return { type: 'finding', finding };
}

function isRecent({ modifiedAtMs = 0 }: ListedObject, { startedAtMs }: JudgeOptions): boolean {
  return modifiedAtMs >= startedAtMs;
}

export function toUpload({ key, etag, sizeBytes }: ListedObject, bucket: string): Upload {
  return { bucket, key, etag, sizeBytes };
}
