import type { Upload } from '../pipeline/index.ts';
import { type EventRecord, ignored, type Objection, refused } from './event-record.ts';
import { expected, shown } from './expected.ts';
import { isWithin, maxBytesOf, shortened } from './field-limits.ts';
import { defined, sizeOf, textOf, timeOf, tokenOf } from './fields.ts';
import type { KeyEncoding, ParseOptions } from './parse-options.ts';

/** What an event says about one object; each field is as received. */
export interface Announcement {
  bucket?: unknown;
  key?: unknown;
  /** How the event's dialect encodes keys. */
  keyEncoding?: KeyEncoding;
  versionId?: unknown;
  etag?: unknown;
  sizeBytes?: unknown;
  sequencer?: unknown;
  eventTime?: unknown;
  /** The event reports that the object, or a version of it, was removed. */
  isRemoval?: boolean;
  /** The event's own reason against processing, for example that the object was removed. */
  objection?: Objection | undefined;
}

/** Decides whether to process, ignore or refuse an announced object. */
export function admit(announced: Announcement, options: ParseOptions): EventRecord {
  const known = readKnown(announced, options);
  const { bucket, key } = known;
  // A key that cannot be decoded is reported as received, so that it can be searched for.
  const told: Partial<Upload> = defined({ key: textOf(announced.key), ...known });
  if (announced.objection) return turnDown(announced.objection, told);
  if (!bucket) return turnDown(refused(expected('a bucket name', announced.bucket)), told);
  if (!key) return turnDown(unreadableKey(announced.key), told);

  const upload: Upload = announced.isRemoval
    ? removalOf({ ...known, bucket, key })
    : { ...known, bucket, key };
  for (const rule of rules) {
    const objection = rule(upload, options);
    if (objection) return turnDown(objection, known);
  }
  return { action: 'process', upload };
}

/** Makes the same decision for an object from a store's list, whose key is not encoded. */
export function admitListed(
  object: Pick<Upload, 'bucket' | 'key' | 'etag' | 'sizeBytes'>,
  options: ParseOptions,
): EventRecord {
  return admit(object, { ...options, keyEncoding: 'raw' });
}

/**
 * Drops version, ETag and size: they describe removed content or a delete marker, not existing
 * content.
 */
function removalOf({ bucket, key, sequencer, eventTime }: Upload): Upload {
  return { ...defined({ sequencer, eventTime }), bucket, key, isRemoval: true };
}

type Rule = (upload: Upload, options: ParseOptions) => Objection | undefined;

// Outputs come before foreign buckets: a bucket that holds only outputs is always foreign.
const rules: readonly Rule[] = [malformedKey, ownOutput, foreignBucket, folderMarker];

/** PostgreSQL, which records keys, rejects NUL and unpaired surrogates. */
function malformedKey({ key }: Upload): Objection | undefined {
  if (!isWithin(key, 'key')) {
    const bytes = Buffer.byteLength(key);
    return refused(
      `Expected a key of at most ${maxBytesOf.key} bytes but received one of ${bytes}.`,
    );
  }
  if (key.includes('\0')) return refused(expected('a key without NUL', key));
  if (!key.isWellFormed()) return refused(expected('a key of well-formed Unicode', key));
  return undefined;
}

function ownOutput({ bucket, key }: Upload, options: ParseOptions): Objection | undefined {
  const { outputPrefix, outputBucket = bucket } = options;
  const isOwn = bucket === outputBucket && key.startsWith(outputPrefix);
  return isOwn
    ? ignored(`Lies under the output prefix ${outputPrefix}, as outputs do.`)
    : undefined;
}

function foreignBucket({ bucket }: Upload, options: ParseOptions): Objection | undefined {
  const { bucket: ours = bucket } = options;
  return bucket === ours ? undefined : refused(expected(`the bucket ${shown(ours)}`, bucket));
}

/** Consoles and Hadoop create empty objects that represent folders. */
function folderMarker({ key, sizeBytes = 0, isRemoval }: Upload): Objection | undefined {
  // Removal events do not give the size.
  const isMarker =
    !isRemoval && sizeBytes === 0 && (key.endsWith('/') || key.endsWith('_$folder$'));
  return isMarker ? ignored('Marks a folder and holds nothing.') : undefined;
}

function readKnown(announced: Announcement, options: ParseOptions): Partial<Upload> {
  const { keyEncoding = 'auto' } = options;
  const encoding = keyEncoding === 'auto' ? announced.keyEncoding : keyEncoding;
  return defined({
    bucket: bucketOf(announced.bucket),
    key: keyOf(announced.key, encoding),
    versionId: versionIdOf(announced.versionId),
    etag: shortToken(tokenOf(announced.etag)?.replaceAll('"', ''), 'etag'),
    sizeBytes: sizeOf(announced.sizeBytes),
    sequencer: shortToken(announced.sequencer, 'sequencer'),
    eventTime: timeOf(announced.eventTime),
  });
}

/** Ignores a token that is longer than any store's: it is useless and not recorded. */
function shortToken(value: unknown, field: keyof typeof maxBytesOf): string | undefined {
  const token = tokenOf(value);
  return token !== undefined && isWithin(token, field) ? token : undefined;
}

/** A bucket name with a slash would point to another key in URLs of the form /bucket/key. */
function bucketOf(bucket: unknown): string | undefined {
  const name = textOf(bucket);
  return name && isWithin(name, 'bucket') && !/[\s/\p{C}]/u.test(name) ? name : undefined;
}

function keyOf(key: unknown, encoding: KeyEncoding = 'form'): string | undefined {
  const text = textOf(key);
  if (text === undefined || encoding === 'raw') return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** For buckets without versions, events omit the field or send "" or "null". */
function versionIdOf(versionId: unknown): string | undefined {
  return versionId === 'null' ? undefined : shortToken(versionId, 'versionId');
}

function unreadableKey(key: unknown): Objection {
  if (textOf(key) === undefined) return refused(expected('an object key', key));
  return refused(
    `${expected('a form-encoded key', key)} EVENT_KEY_ENCODING=raw takes keys as they are.`,
  );
}

function turnDown(objection: Objection, known: Partial<Upload>): EventRecord {
  const { bucket, key, versionId, sizeBytes } = known;
  return { ...objection, ...defined({ bucket, key: shortened(key), versionId, sizeBytes }) };
}
