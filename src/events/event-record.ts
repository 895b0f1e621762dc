import type { Upload } from '../pipeline/index.ts';
import { defined } from './fields.ts';

/** Why an event is not processed: it does not concern this processor, or it is invalid. */
export interface Objection {
  action: 'ignore' | 'refuse';
  reason: string;
}

/**
 * One object of an event: an upload, or the reason to reject it and the known facts of the object.
 */
export type EventRecord = { action: 'process'; upload: Upload } | (Objection & KnownOfObject);

type KnownOfObject = Partial<Pick<Upload, 'bucket' | 'key' | 'versionId' | 'sizeBytes'>>;

interface RecordDescription extends Omit<KnownOfObject, 'bucket' | 'key'> {
  bucket: string | null;
  key: string | null;
  action: EventRecord['action'];
  /** Present if the event reports that the object was removed. */
  isRemoval?: true;
  reason?: string;
}

/** Returns a record as a flat JSON object with a fixed order of fields; unknown fields are null. */
export function describeRecord(record: EventRecord): RecordDescription {
  const known: KnownOfObject = record.action === 'process' ? record.upload : record;
  const { bucket = null, key = null, versionId, sizeBytes } = known;
  const reason = record.action === 'process' ? undefined : record.reason;
  const isRemoval = record.action === 'process' ? record.upload.isRemoval : undefined;
  return defined({ bucket, key, versionId, sizeBytes, action: record.action, isRemoval, reason });
}

export function ignored(reason: string): Objection {
  return { action: 'ignore', reason };
}

export function refused(reason: string): Objection {
  return { action: 'refuse', reason };
}
