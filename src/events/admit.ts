import type { Upload } from '../pipeline/index.ts';
import { describeMismatch, formatValue } from './describe-mismatch.ts';
import { type EventRecord, ignored, type Rejection, refused } from './event-record.ts';
import { isWithin, maxFieldBytes, truncate } from './field-limits.ts';
import { omitUndefined, readSize, readText, readTime, readToken } from './fields.ts';
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
  rejection?: Rejection | undefined;
}

/** Decides whether to process, ignore or refuse an announced object. */
export function admit(announced: Announcement, options: ParseOptions): EventRecord {
  const known = readKnown(announced, options);
  const { bucket, key } = known;
  // A key that cannot be decoded is reported as received, so that it can be searched for.
  const reported: Partial<Upload> = omitUndefined({ key: readText(announced.key), ...known });
  if (announced.rejection) return reject(announced.rejection, reported);
  if (!bucket)
    return reject(refused(describeMismatch('a bucket name', announced.bucket)), reported);
  if (!key) return reject(rejectUnreadableKey(announced.key), reported);

  const upload: Upload = announced.isRemoval
    ? removalOf({ ...known, bucket, key })
    : { ...known, bucket, key };
  for (const rule of rules) {
    const rejection = rule(upload, options);
    if (rejection) return reject(rejection, known);
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
  return { ...omitUndefined({ sequencer, eventTime }), bucket, key, isRemoval: true };
}

type Rule = (upload: Upload, options: ParseOptions) => Rejection | undefined;

// Outputs come before foreign buckets: a bucket that holds only outputs is always foreign.
const rules: readonly Rule[] = [
  rejectMalformedKey,
  ignoreOwnOutput,
  rejectOtherBucket,
  ignoreFolderMarker,
];

/** PostgreSQL, which records keys, rejects NUL and unpaired surrogates. */
function rejectMalformedKey({ key }: Upload): Rejection | undefined {
  if (!isWithin(key, 'key')) {
    const bytes = Buffer.byteLength(key);
    return refused(
      `Expected a key of at most ${maxFieldBytes.key} bytes but received one of ${bytes}.`,
    );
  }
  if (key.includes('\0')) return refused(describeMismatch('a key without NUL', key));
  if (!key.isWellFormed()) return refused(describeMismatch('a key of well-formed Unicode', key));
  return undefined;
}

function ignoreOwnOutput({ bucket, key }: Upload, options: ParseOptions): Rejection | undefined {
  const { outputPrefix, outputBucket = bucket } = options;
  const isOwnOutput = bucket === outputBucket && key.startsWith(outputPrefix);
  return isOwnOutput ? ignored(`The key is under the output prefix ${outputPrefix}.`) : undefined;
}

function rejectOtherBucket({ bucket }: Upload, options: ParseOptions): Rejection | undefined {
  const { bucket: allowedBucket = bucket } = options;
  return bucket === allowedBucket
    ? undefined
    : refused(describeMismatch(`the bucket ${formatValue(allowedBucket)}`, bucket));
}

/** Consoles and Hadoop create empty objects that represent folders. */
function ignoreFolderMarker({ key, sizeBytes = 0, isRemoval }: Upload): Rejection | undefined {
  // Removal events do not give the size.
  const isMarker =
    !isRemoval && sizeBytes === 0 && (key.endsWith('/') || key.endsWith('_$folder$'));
  return isMarker ? ignored('An empty object that marks a folder.') : undefined;
}

function readKnown(announced: Announcement, options: ParseOptions): Partial<Upload> {
  const { keyEncoding = 'auto' } = options;
  const encoding = keyEncoding === 'auto' ? announced.keyEncoding : keyEncoding;
  return omitUndefined({
    bucket: readBucket(announced.bucket),
    key: decodeKey(announced.key, encoding),
    versionId: readVersionId(announced.versionId),
    etag: readShortToken(readToken(announced.etag)?.replaceAll('"', ''), 'etag'),
    sizeBytes: readSize(announced.sizeBytes),
    sequencer: readShortToken(announced.sequencer, 'sequencer'),
    eventTime: readTime(announced.eventTime),
  });
}

/** Ignores a token that is longer than any store's: it is useless and not recorded. */
function readShortToken(value: unknown, field: keyof typeof maxFieldBytes): string | undefined {
  const token = readToken(value);
  return token !== undefined && isWithin(token, field) ? token : undefined;
}

/** A bucket name with a slash would point to another key in URLs of the form /bucket/key. */
function readBucket(bucket: unknown): string | undefined {
  const name = readText(bucket);
  return name && isWithin(name, 'bucket') && !/[\s/\p{C}]/u.test(name) ? name : undefined;
}

function decodeKey(key: unknown, encoding: KeyEncoding = 'form'): string | undefined {
  const text = readText(key);
  if (text === undefined || encoding === 'raw') return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** For buckets without versions, events omit the field or send "" or "null". */
function readVersionId(versionId: unknown): string | undefined {
  return versionId === 'null' ? undefined : readShortToken(versionId, 'versionId');
}

function rejectUnreadableKey(key: unknown): Rejection {
  if (readText(key) === undefined) return refused(describeMismatch('an object key', key));
  return refused(
    `${describeMismatch('a form-encoded key', key)} Set EVENT_KEY_ENCODING=raw if keys are not encoded.`,
  );
}

function reject(rejection: Rejection, known: Partial<Upload>): EventRecord {
  const { bucket, key, versionId, sizeBytes } = known;
  return { ...rejection, ...omitUndefined({ bucket, key: truncate(key), versionId, sizeBytes }) };
}
