import { describeRecipe } from '../convert/index.ts';
import type { Outcome } from './outcome.ts';

/** The fields of an outcome in a log. Only the stages are nested, so log queries need no other paths. */
export function describeOutcome(outcome: Outcome): Record<string, unknown> {
  const { upload, source, recipe, stages } = outcome;
  return {
    bucket: upload.bucket,
    key: upload.key,
    version: source.versionId,
    etag: source.etag,
    sizeBytes: source.sizeBytes,
    recipe: describeRecipe(recipe),
    ...outcomeFields(outcome),
    stagesMs: Object.fromEntries(
      Object.entries(stages).map(([stage, ms]) => [stage, Math.round(ms * 100) / 100]),
    ),
  };
}

function outcomeFields(outcome: Outcome): Record<string, unknown> {
  if (outcome.status !== 'converted') return { code: outcome.code, reason: outcome.message };
  const { output, outputSizeBytes, image } = outcome;
  return {
    outputBucket: output.bucket,
    outputKey: output.key,
    outputSizeBytes,
    inputFormat: image.source.format,
    width: image.width,
    height: image.height,
    losses: image.losses,
  };
}
