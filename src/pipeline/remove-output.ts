import { outputOf } from './convert-and-store.ts';
import { isOutputOf } from './describe-output.ts';
import type { PipelineParts } from './ports.ts';
import type { ObjectRef } from './upload.ts';

/**
 * Removes the output of a removed source. Returns false if the source, or another output, appears
 * in the meantime; then the caller starts over.
 *
 * An event may be forged, and the prefix may hold foreign objects. So this removes an object only
 * if its metadata says that this program wrote it from this bucket. That check comes before the
 * check of the source: an output written for a newer source has other content, which a store with
 * conditional deletes keeps.
 */
export async function removeOutput(source: ObjectRef, parts: PipelineParts): Promise<boolean> {
  const { store } = parts;
  const output = outputOf(source, parts);
  const found = await store.head(output);
  if (await store.head(source)) return false;
  const isOwnOutput = found !== undefined && isOutputOf(source, found);
  if (isOwnOutput && !(await store.remove(output, { etag: found.etag }))) return false;
  return (await store.head(source)) === undefined;
}
