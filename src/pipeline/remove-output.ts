import { isOutputOf, outputOf } from './convert-and-store.ts';
import type { PipelineParts } from './ports.ts';
import type { ObjectRef } from './upload.ts';

/**
 * Removes the output of a source that is gone. False where the source, or another output, has come in
 * the meantime: then all starts over.
 *
 * An event may be forged, and a prefix may hold objects of others: only an object whose metadata says
 * that this program wrote it, from this bucket, is removed. That look comes before the one at the source: an output that
 * is written for a source that comes later is another content, which a store with conditional deletes
 * keeps.
 */
export async function removeOutput(source: ObjectRef, parts: PipelineParts): Promise<boolean> {
  const { store } = parts;
  const output = outputOf(source, parts);
  const found = await store.head(output);
  if (await store.head(source)) return false;
  const isOurs = found !== undefined && isOutputOf(source, found);
  if (isOurs && !(await store.remove(output, { etag: found.etag }))) return false;
  return (await store.head(source)) === undefined;
}
