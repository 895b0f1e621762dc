/** One object in one bucket. `key` is the decoded key. */
export interface ObjectRef {
  bucket: string;
  key: string;
}

/** One uploaded object: its address and what the event says about it. */
export interface Upload extends ObjectRef {
  /** Absent if the bucket is not versioned. */
  versionId?: string;
  /** Without quotes. */
  etag?: string;
  sizeBytes?: number;
  /** Orders the events of one key; see the S3 notification format. */
  sequencer?: string;
  eventTime?: Date;
  /**
   * The event reports that the source, or a version of it, was removed. The store has its current
   * state.
   */
  isRemoval?: true;
}
