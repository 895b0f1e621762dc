import { listOf, oneOf, optional, text, variable } from './variable.ts';

/** The attributes of a source that its output can have too. */
export const carriedAttributes = ['tags', 'cache-control', 'metadata'] as const;

/** Which objects are sources, and where outputs are written. */
export const storage = {
  bucket: optional(
    'S3_BUCKET',
    text,
    'Bucket of the sources. Events of other buckets are refused. The server and `retry` access files in this bucket and `OUTPUT_BUCKET` only.',
  ),
  outputBucket: optional(
    'OUTPUT_BUCKET',
    text,
    'Bucket of the outputs. Defaults to the bucket of the source.',
  ),
  outputPrefix: variable(
    'OUTPUT_PREFIX',
    prefix,
    'grayscale/',
    'Prefix of outputs. The key of an output is this prefix followed by the key of its source.',
  ),
  keyEncoding: variable(
    'EVENT_KEY_ENCODING',
    oneOf('auto', 'form', 'raw'),
    'auto',
    'Encoding of keys in events: that of the event’s dialect (`auto`), form encoding (`form`), or none (`raw`).',
  ),
  onSourceDeleted: variable(
    'ON_SOURCE_DELETED',
    oneOf('keep', 'delete'),
    'keep',
    'Whether an output and its rows are kept (`keep`) or deleted (`delete`) when the source is deleted.',
  ),
  outputCarry: optional(
    'OUTPUT_CARRY',
    listOf(...carriedAttributes),
    'Attributes of a source that are copied to its output, separated by commas: `tags`, `cache-control`, `metadata`. If unset, none.',
  ),
  outputStorageClass: optional(
    'OUTPUT_STORAGE_CLASS',
    storageClass,
    'Storage class of outputs, for example `STANDARD_IA`. Defaults to that of the store.',
  ),
};

/** Any name, because stores other than S3 have other classes. */
function storageClass(value: string): string {
  if (/^[\w.-]{1,64}$/.test(value)) return value;
  throw new Error('a storage class such as STANDARD_IA');
}

/**
 * `gray`, `gray/` and `/gray/` all mean `gray/`. It is never empty: outputs would be treated as
 * uploads.
 */
function prefix(value: string): string {
  const name = value.replace(/^\/+|\/+$/g, '');
  if (name) return `${name}/`;
  throw new Error('a folder name such as grayscale/');
}
