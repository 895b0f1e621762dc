import type { Upload } from '../pipeline/index.ts';
import { omitUndefined } from './fields.ts';

/** Why an event is not processed: it does not concern this processor, or it is invalid. */
export interface Rejection {
  action: 'ignore' | 'refuse';
  reason: string;
}

/**
 * One object of an event: an upload, or the reason to reject it and the known facts of the object.
 */
export type EventRecord = { action: 'process'; upload: Upload } | (Rejection & ObjectFacts);

type ObjectFacts = Partial<Pick<Upload, 'bucket' | 'key' | 'versionId' | 'sizeBytes'>>;

interface RecordDescription extends Omit<ObjectFacts, 'bucket' | 'key'> {
  bucket: string | null;
  key: string | null;
  action: EventRecord['action'];
  /** Present if the event reports that the object was removed. */
  isRemoval?: true;
  reason?: string;
}

/** Returns a record as a flat JSON object with a fixed order of fields; unknown fields are null. */
export function describeRecord(record: EventRecord): RecordDescription {
  const known: ObjectFacts = record.action === 'process' ? record.upload : record;
  const { bucket = null, key = null, versionId, sizeBytes } = known;
  const reason = record.action === 'process' ? undefined : record.reason;
  const isRemoval = record.action === 'process' ? record.upload.isRemoval : undefined;
  return omitUndefined({
    bucket,
    key,
    versionId,
    sizeBytes,
    action: record.action,
    isRemoval,
    reason,
  });
}

export function ignored(reason: string): Rejection {
  return { action: 'ignore', reason };
}

export function refused(reason: string): Rejection {
  return { action: 'refuse', reason };
}
