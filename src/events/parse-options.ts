/** How keys are written in events: form-encoded (`+` is a space, `%XX` UTF-8), or as they are. */
export type KeyEncoding = 'form' | 'raw';

/** What decides which of the announced objects are this processor's to convert. */
export interface ParseOptions {
  /** Put before a source's key to name its output, such as `grayscale/`. */
  outputPrefix: string;
  /** Absent: outputs lie in the source's own bucket. */
  outputBucket?: string | undefined;
  /** Events of any other bucket are refused. */
  bucket?: string | undefined;
  /** `auto` follows the dialect; the others are for a store that encodes as no other does. */
  keyEncoding?: 'auto' | KeyEncoding | undefined;
  /** With `delete`, events of removals are processed; by default they are ignored. */
  onSourceDeleted?: 'keep' | 'delete' | undefined;
}
