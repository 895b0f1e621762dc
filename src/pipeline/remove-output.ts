import { outputOf } from './convert-and-store.ts';
import { NotPermittedError } from './errors.ts';
import type { PipelineParts } from './parts.ts';
import type { ObjectRef } from './upload.ts';

/**
 * Removes the output of a source that is gone. False where the source, or another output, has come in
 * the meantime: then all starts over.
 *
 * The output is looked at before the source is: an output that is written for a source that comes
 * after that look is another content, which a store with conditional deletes keeps.
 */
export async function removeOutput(source: ObjectRef, parts: PipelineParts): Promise<boolean> {
  const { store } = parts;
  const output = outputOf(source, parts);
  const seen = await lookAt(output, parts);
  if (await store.head(source)) return false;
  if (seen.isThere && !(await store.remove(output, { etag: seen.etag }))) return false;
  return (await store.head(source)) === undefined;
}

/** A function that may write outputs need not be allowed to read them. */
async function lookAt(
  output: ObjectRef,
  { store }: PipelineParts,
): Promise<{ isThere: boolean; etag?: string }> {
  try {
    const found = await store.head(output);
    return found ? { isThere: true, etag: found.etag } : { isThere: false };
  } catch (error) {
    if (error instanceof NotPermittedError) return { isThere: true };
    throw error;
  }
}
