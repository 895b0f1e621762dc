import { oneOf, optional, text, variable } from './variable.ts';

/** Which objects are sources, and where outputs are written. */
export const storage = {
  bucket: optional(
    'S3_BUCKET',
    text,
    'Only events of this bucket are accepted; others are rejected. The server and `retry` access no other bucket’s files.',
  ),
  outputBucket: optional(
    'OUTPUT_BUCKET',
    text,
    'Bucket of the outputs; by default the bucket of the source.',
  ),
  outputPrefix: variable(
    'OUTPUT_PREFIX',
    prefix,
    'grayscale/',
    'Prefix that is added to the key of a source to name its output.',
  ),
  keyEncoding: variable(
    'EVENT_KEY_ENCODING',
    oneOf('auto', 'form', 'raw'),
    'auto',
    'How events encode keys: as their dialect does (`auto`), form-encoded, or not at all (`raw`).',
  ),
  onSourceDeleted: variable(
    'ON_SOURCE_DELETED',
    oneOf('keep', 'delete'),
    'keep',
    'What happens to an output and its rows when the source is deleted: they are kept (`keep`) or deleted with it (`delete`).',
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
