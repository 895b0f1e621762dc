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
  /** Of the source. */
  key: string;
  /** In a few words. */
  reason: string;
  /** What is to be converted to put it right. */
  upload?: Upload;
}

/** A source and its output, of which the lists and the ledger say nothing against each other. */
export interface Pair {
  source: ListedObject;
  output: ListedObject;
}

/** What lists and ledger say of a key. */
export type Verdict =
  | { is: 'wrong'; finding: KeyFinding }
  /** To be sure, the output has to be looked at. */
  | { is: 'paired'; pair: Pair }
  /** Neither source nor row tells whether it is an output of ours. */
  | { is: 'unclaimed'; output: ListedObject }
  /** The newest content cannot be converted: no output, or that of the last good one, is right. */
  | { is: 'failed' }
  /** Written since the beginning, and so perhaps not yet converted. */
  | { is: 'underWay' }
  | { is: 'leftOut' };

interface JudgeOptions {
  bucket: string;
  startedAtMs: number;
}

export function judge(entry: KeyEntry, options: JudgeOptions): Verdict {
  return entry.source ? judgeSource(entry, options) : judgeRest(entry, options);
}

function judgeSource({ key, source, output }: KeyEntry, options: JudgeOptions): Verdict {
  if (!source) return { is: 'leftOut' };
  const { object, kind } = source;
  const wrong = (finding: Omit<KeyFinding, 'key' | 'upload'>): Verdict => ({
    is: 'wrong',
    finding: { ...finding, key, upload: uploadOf(object, options.bucket) },
  });
  if (isRecent(object, options)) return { is: 'underWay' };
  switch (kind) {
    case 'failed':
      return { is: 'failed' };
    case 'current':
      if (output) return { is: 'paired', pair: { source: object, output } };
      return wrong({ kind: 'missing', reason: 'its row says that it was converted' });
    case 'stale':
      return output
        ? wrong({ kind: 'stale', reason: 'its rows are of another content or recipe' })
        : wrong({ kind: 'missing', reason: 'its rows are of another content or recipe' });
    case 'missing':
      return output
        ? wrong({ kind: 'unrecorded', reason: 'it has no row' })
        : wrong({ kind: 'missing', reason: 'it has no row either' });
    case 'otherType':
      // By its name it is no picture, but someone had it converted.
      return output ? { is: 'paired', pair: { source: object, output } } : { is: 'leftOut' };
    default:
      return { is: 'leftOut' };
  }
}

function judgeRest({ key, output, hasRow }: KeyEntry, options: JudgeOptions): Verdict {
  if (output && isRecent(output, options)) return { is: 'underWay' };
  if (output && !hasRow) return { is: 'unclaimed', output };
  const finding: KeyFinding = output
    ? { kind: 'orphan', key, reason: 'its source is gone' }
    : { kind: 'dangling', key, reason: 'source and output are gone, its row is there' };
  return { is: 'wrong', finding };
}

function isRecent({ modifiedAtMs = 0 }: ListedObject, { startedAtMs }: JudgeOptions): boolean {
  return modifiedAtMs >= startedAtMs;
}

export function uploadOf({ key, etag, sizeBytes }: ListedObject, bucket: string): Upload {
  return { bucket, key, etag, sizeBytes };
}
