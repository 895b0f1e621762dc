import { skippedOutcome } from './convert-newest.ts';
import { contentId, isSameContent, type Outcome } from './outcome.ts';
import type { PipelineParts } from './ports.ts';
import type { Upload } from './upload.ts';

/**
 * Max rows that one batch writes for the superseded contents of one key. A queue delivers at most
 * ten messages and stores put one record into each, so every genuine event gets its row. Content
 * that is gone cannot be verified, so a forged event could otherwise write one row per record.
 */
export const maxSuperseded = 10;

/** Superseded contents of a key beyond the limit: counted, but not recorded. */
export interface UnrecordedContents {
  upload: Upload;
  contents: number;
}

/**
 * Uploads of older content than the newest. Each is recorded as superseded; beyond the limit only
 * the last ones are.
 */
export function supersededOutcomes(
  uploads: Upload[],
  newest: Outcome,
  { recipe }: Pick<PipelineParts, 'recipe'>,
): { outcomes: Outcome[]; unrecorded: UnrecordedContents[] } {
  const older = new Map<string, Upload>();
  for (const upload of uploads) {
    if (!isSameContent(upload, newest.source)) older.set(contentId(upload), upload);
  }
  older.delete(contentId(newest.source));
  const all = [...older.values()];
  const kept = all.slice(-maxSuperseded);
  const contents = all.length - kept.length;
  return {
    outcomes: kept.map((upload) => skippedOutcome(upload, 'SUPERSEDED', recipe)),
    unrecorded: contents > 0 ? [{ upload: newest.upload, contents }] : [],
  };
}
