import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { asDiskFull } from '../pipeline/index.ts';
import { toFsPath } from './path-bytes.ts';

/**
 * Replaces a file atomically: readers see the old file or the whole new one, even after a crash.
 */
export async function replaceFile(
  path: string,
  content: Uint8Array | string,
  modifiedAt?: Date,
): Promise<void> {
  await writeDraft(path, content, (draft) => rename(draft, toFsPath(path)), modifiedAt);
}

/**
 * Writes a temporary file in the folder of `path`, which `publish` then gives its final name.
 * Throws `DiskFullError` if the disk has no space left.
 */
export async function writeDraft<Result>(
  path: string,
  content: Uint8Array | string,
  publish: (draft: string | Buffer) => Promise<Result>,
  modifiedAt?: Date,
): Promise<Result> {
  // Hidden and always short, because `path` may already have the maximum length of a name.
  const name = `.${basename(path).slice(0, 8)}.${randomBytes(6).toString('hex')}.tmp`;
  const draft = toFsPath(join(dirname(path), name));
  try {
    await mkdir(toFsPath(dirname(path)), { recursive: true });
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(content);
      if (modifiedAt) await file.utimes(new Date(), modifiedAt);
      await file.sync();
    } finally {
      await file.close();
    }
    return await publish(draft);
  } catch (error) {
    throw asDiskFull(nameFile(error, draft, path), path);
  } finally {
    await rm(draft, { force: true });
  }
}

/** The message of an error names the file that was to be written, not the draft. */
function nameFile(error: unknown, draft: string | Buffer, path: string): unknown {
  if (error instanceof Error) error.message = error.message.replace(draft.toString(), path);
  return error;
}
