import type { Upload } from '../pipeline/index.ts';

/** Queues uploads for conversion, as the store's events do. */
export interface UploadQueue {
  /** Sends all uploads. If it throws, some may already be in the queue. */
  send(uploads: Upload[]): Promise<void>;
}
