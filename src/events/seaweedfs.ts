import { type Announcement, admit } from './admit.ts';
import { describeMismatch, formatValue } from './describe-mismatch.ts';
import type { Dialect } from './dialect.ts';
import { type EventRecord, ignored, type Rejection, refused } from './event-record.ts';
import { type Fields, fieldsOf, isFields, readText } from './fields.ts';
import type { ParseOptions } from './parse-options.ts';
import { acceptsRemovals } from './removals.ts';

/**
 * A change of SeaweedFS’s file system, as its filer posts it to a webhook. From its source code:
 * weed/notification/webhook/http.go (`key`, `event_type`, `message`), weed/pb/filer.proto
 * (`EventNotification`), weed/filer/filer_notify.go. Objects are files under /buckets/, and keys are
 * not encoded.
 *
 * `event_type` is not read: an overwritten file is a `rename` there, because its parent is given too.
 */
export const seaweedFs: Dialect = {
  kind: 'seaweedfs',
  recognises: (event) => 'key' in event && 'message' in event,
  *parse({ key: path, message }, { options }) {
    const { old_entry, new_entry } = fieldsOf(message);
    if (!isFields(old_entry) && !isFields(new_entry)) {
      yield refused(describeMismatch('a message with an old_entry or a new_entry', message));
      return;
    }
    const newPath = newPathOf(fieldsOf(message)) ?? path;
    if (isFields(old_entry) && !(isFields(new_entry) && newPath === path)) {
      yield announce({ path, entry: old_entry, isRemoval: true }, options);
    }
    if (isFields(new_entry)) {
      yield announce({ path: newPath, entry: new_entry, isRemoval: false }, options);
    }
  },
};

interface Change {
  path: unknown;
  /** Before a removal, or after any other change. */
  entry: Fields;
  isRemoval: boolean;
}

/** `key` is the path before a rename. */
function newPathOf({ new_parent_path, new_entry }: Fields): string | undefined {
  const name = readText(fieldsOf(new_entry).name);
  const parent = readText(new_parent_path);
  return name && parent && `${parent.replace(/\/$/, '')}/${name}`;
}

function announce({ path, entry, isRemoval }: Change, options: ParseOptions): EventRecord {
  const [, bucket, key] = /^\/buckets\/([^/]+)\/(.+)$/s.exec(readText(path) ?? '') ?? [];
  if (bucket === undefined || key === undefined) {
    return ignored(`${formatValue(path)} is not the path of an object, /buckets/BUCKET/KEY.`);
  }
  const folder = versionsFolder.exec(key)?.[1];
  const announcement =
    folder === undefined
      ? readFile(key, entry, isRemoval)
      : readVersionsFolder(folder, entry, isRemoval);
  const rejection =
    announcement.rejection ??
    (announcement.isRemoval && !acceptsRemovals(options) ? ignoredRemoval : undefined);
  return admit({ bucket, keyEncoding: 'raw', ...announcement, rejection }, options);
}

const ignoredRemoval = ignored('"delete" reports no new object.');

function readFile(key: string, entry: Fields, isRemoval: boolean): Announcement {
  return {
    key,
    isRemoval,
    etag: readExtended(entry, 'ETag') ?? readMd5(entry),
    sizeBytes: fieldsOf(entry.attributes).file_size,
    rejection: rejectFile(key, entry),
  };
}

function rejectFile(key: string, entry: Fields): Rejection | undefined {
  if (entry.is_directory === true) return ignored('A folder.');
  if (key.startsWith('.uploads/')) return ignored('A part of a multipart upload.');
  if (versionFile.test(key)) return ignored('A version, which its folder announces.');
  return undefined;
}

/** The folder of the versions of a key, in a bucket with versions (weed/s3api/s3_constants). */
const versionsFolder = /^(.+)\.versions$/s;
const versionFile = /\.versions\/v_[0-9a-f]{16,}$/;

/**
 * The folder names the newest version. It is updated after the version was written, so its event is
 * the one after which the version can be read.
 */
function readVersionsFolder(key: string, entry: Fields, isRemoval: boolean): Announcement {
  const versionId = readExtended(entry, 'Latest-Version-Id');
  if (versionId === undefined) {
    return readFile(`${key}.versions`, entry, isRemoval);
  }
  const isDeleteMarker = readExtended(entry, 'Latest-Version-Is-Delete-Marker') === 'true';
  return { key, versionId, isRemoval: isRemoval || isDeleteMarker };
}

/** Returns an S3 attribute of a file. Go writes bytes in JSON as Base64. */
function readExtended({ extended }: Fields, name: string): string | undefined {
  const value = readText(fieldsOf(extended)[`Seaweed-X-Amz-${name}`]);
  return value && Buffer.from(value, 'base64').toString();
}

/** The ETag of a file that was uploaded in one part. */
function readMd5({ attributes }: Fields): string | undefined {
  const md5 = Buffer.from(readText(fieldsOf(attributes).md5) ?? '', 'base64');
  return md5.length === 16 ? md5.toString('hex') : undefined;
}
