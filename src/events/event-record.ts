import type { Upload } from '../pipeline/index.ts';
import { defined } from './fields.ts';

/** Why an event is not to be processed: it is none of our business, or it is not understood. */
export interface Objection {
  action: 'ignore' | 'refuse';
  reason: string;
}

/** One object as an event announced it: an upload, or an objection and what is known of the object. */
export type EventRecord = { action: 'process'; upload: Upload } | (Objection & KnownOfObject);

type KnownOfObject = Partial<Pick<Upload, 'bucket' | 'key' | 'versionId' | 'sizeBytes'>>;

interface RecordDescription extends Omit<KnownOfObject, 'bucket' | 'key'> {
  bucket: string | null;
  key: string | null;
  action: EventRecord['action'];
  /** Present where the event tells that the object was removed. */
  isRemoval?: true;
  reason?: string;
}

/** A record as a flat JSON object, always in this order of fields; null is a name not known. */
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
