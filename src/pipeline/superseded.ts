import { skipped } from './convert-newest.ts';
import { contentId, isSameContent, type Outcome } from './outcome.ts';
import type { PipelineParts } from './ports.ts';
import type { Upload } from './upload.ts';

/**
 * Rows that one batch writes for the superseded contents of one key. A queue hands over ten messages at
 * most, and stores put one record into each: no honest event goes without its row. Nobody can check what
 * a content was that is gone, so a forged event could otherwise write as many rows as it has records.
 */
export const maxSuperseded = 10;

/** Superseded contents of a key beyond the limit: they are counted and have no row. */
export interface Unrecorded {
  upload: Upload;
  contents: number;
}

/** Uploads of other content than the newest: each has a row that says so, up to a limit: then the last ones. */
export function superseded(
  uploads: Upload[],
  newest: Outcome,
  { recipe }: Pick<PipelineParts, 'recipe'>,
): { outcomes: Outcome[]; unrecorded: Unrecorded[] } {
  const older = new Map<string, Upload>();
  for (const upload of uploads) {
    if (!isSameContent(upload, newest.source)) older.set(contentId(upload), upload);
  }
  older.delete(contentId(newest.source));
  const all = [...older.values()];
  const kept = all.slice(-maxSuperseded);
  const contents = all.length - kept.length;
  return {
    outcomes: kept.map((upload) => skipped(upload, 'SUPERSEDED', recipe)),
    unrecorded: contents > 0 ? [{ upload: newest.upload, contents }] : [],
  };
}
