import { oneOf, optional, text, variable } from './variable.ts';

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
};

/**
 * `gray`, `gray/` and `/gray/` all mean `gray/`. It is never empty: outputs would be treated as
 * uploads.
 */
function prefix(value: string): string {
  const name = value.replace(/^\/+|\/+$/g, '');
  if (name) return `${name}/`;
  throw new Error('a folder name such as grayscale/');
}
