/**
 * The longest values that stores use, in bytes of UTF-8. With a recipe's hash, each fits the unique
 * index of the ledger.
 */
export const maxFieldBytes = {
  /** General purpose buckets allow 63 bytes; the oldest in us-east-1, and other stores, 255. */
  bucket: 255,
  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
  key: 1_024,
  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html */
  versionId: 1_024,
  /** Opaque; S3 writes 32 hexadecimal digits, a hyphen and the number of parts. */
  etag: 255,
  /** Opaque; S3 writes 16 to 18 hexadecimal digits. */
  sequencer: 255,
} as const;

export function isWithin(text: string, field: keyof typeof maxFieldBytes): boolean {
  return Buffer.byteLength(text) <= maxFieldBytes[field];
}

/** Shortens a text to what a log line or an answer can hold. */
export function truncate(text: string | undefined): string | undefined {
  const maxLength = maxFieldBytes.key;
  return text !== undefined && text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}
