import { resolveRecipe } from '../src/convert/index.ts';
import type { LedgerEntry, Outcome, Upload } from '../src/pipeline/index.ts';

/** An outcome to record; each field can be overridden. */
export function convertedOutcome(upload: Partial<Upload> = {}): Outcome {
  const { bucket = 'uploads', key = 'photo.jpg', etag = 'e1', ...rest } = upload;
  return {
    status: 'converted',
    upload: { bucket, key, etag, ...rest },
    source: { etag, sizeBytes: 1_000, ...(rest.versionId && { versionId: rest.versionId }) },
    recipe: resolveRecipe(),
    stages: { queue: 1, fetch: 2, decode: 3.5, gray: 4, encode: 5, store: 6, verify: 7 },
    output: { bucket, key: `grayscale/${key}` },
    outputSizeBytes: 500,
    outputSha256: 'ab'.repeat(32),
    image: {
      contentType: 'image/png',
      format: 'png',
      width: 40,
      height: 30,
      frames: 1,
      channels: 1,
      depth: 8,
      source: {
        format: 'jpeg',
        width: 40,
        height: 30,
        channels: 3,
        depth: 8,
        pages: 1,
        hasAlpha: false,
        isProgressive: false,
        sizeBytes: 1_000,
      },
      losses: [],
      colourfulness: { max: 144, p99: 82, isNeutral: false },
    },
  };
}

export function failedOutcome(upload: Partial<Upload> = {}): Outcome {
  const { upload: to, source, recipe, stages } = convertedOutcome(upload);
  const message = 'Expected a whole JPEG but it ends early.';
  return { status: 'failed', code: 'CORRUPT_IMAGE', message, upload: to, source, recipe, stages };
}

export function skippedOutcome(upload: Partial<Upload> = {}): Outcome {
  const { upload: to, source, recipe } = convertedOutcome(upload);
  const message = 'A newer upload replaced it.';
  return { status: 'skipped', code: 'SUPERSEDED', message, upload: to, source, recipe, stages: {} };
}

export function entriesOf(...outcomes: Outcome[]): LedgerEntry[] {
  return outcomes.map((outcome) => ({ outcome, coldStart: false }));
}
