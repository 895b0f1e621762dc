import type { Upload } from '../pipeline/index.ts';
import { defined } from './fields.ts';

/** Why an event is not to be processed: it is none of our business, or it is not understood. */
export interface Objection {
  action: 'ignore' | 'refuse';
  reason: string;
}

/** One object as an event announced it: an upload, or an objection and what is known of the object. */
export type EventRecord = { action: 'process'; upload: Upload } | (Objection & KnownOfObject);

export type KnownOfObject = Partial<Pick<Upload, 'bucket' | 'key' | 'versionId' | 'sizeBytes'>>;

export interface RecordDescription extends KnownOfObject {
  action: EventRecord['action'];
  reason?: string;
}

/** A record as a flat JSON object, always in this order of fields. */
export function describeRecord(record: EventRecord): RecordDescription {
  const { bucket, key, versionId, sizeBytes } =
    record.action === 'process' ? record.upload : record;
  const reason = record.action === 'process' ? undefined : record.reason;
  return defined({ bucket, key, versionId, sizeBytes, action: record.action, reason });
}

export function ignored(reason: string): Objection {
  return { action: 'ignore', reason };
}

export function refused(reason: string): Objection {
  return { action: 'refuse', reason };
}
