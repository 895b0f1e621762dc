import type { Upload } from '../pipeline/index.ts';

/** Hands uploads to whoever converts them, as the store's own events do. */
export interface UploadQueue {
  /** Puts all of them there. Where it throws, some may be there already. */
  send(uploads: Upload[]): Promise<void>;
}
