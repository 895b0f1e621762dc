/** One object in one bucket. `key` is the key itself, never an encoded form of it. */
export interface ObjectRef {
  bucket: string;
  key: string;
}

/** One object that arrived: its address and what the event knew about it. */
export interface Upload extends ObjectRef {
  /** Absent where the bucket is not versioned. */
  versionId?: string;
  /** Without quotes. */
  etag?: string;
  sizeBytes?: number;
  /** Orders the events of one key; see the S3 notification format. */
  sequencer?: string;
  eventTime?: Date;
  /** The event told that the source was removed, or one of its versions; what it is now, the store says. */
  isRemoval?: true;
}
