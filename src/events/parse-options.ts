/** How events encode keys: form-encoded (`+` is a space, `%XX` UTF-8) or not encoded. */
export type KeyEncoding = 'form' | 'raw';

/** Options that decide which announced objects are converted. */
export interface ParseOptions {
  /** Added before a source's key to name its output, for example `grayscale/`. */
  outputPrefix: string;
  /** If absent, outputs go to the source's bucket. */
  outputBucket?: string | undefined;
  /** Events of any other bucket are refused. */
  bucket?: string | undefined;
  /** `auto` follows the dialect; the others are for stores with a different encoding. */
  keyEncoding?: 'auto' | KeyEncoding | undefined;
  /** With `delete`, removal events are processed. By default they are ignored. */
  onSourceDeleted?: 'keep' | 'delete' | undefined;
}
