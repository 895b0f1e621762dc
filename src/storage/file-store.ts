import { createHash } from 'node:crypto';
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { NewObject, ObjectRef, ObjectStore } from '../pipeline/index.ts';
import { toFsPath } from './path-bytes.ts';
import { replaceFile, writeDraft } from './replace-file.ts';

interface NewFile extends Pick<NewObject, 'bytes'> {
  /** Default: now. */
  modifiedAt?: Date | undefined;
}

/** Uses folders as buckets and the paths below them as keys. */
export interface FileStore extends ObjectStore {
  put(ref: ObjectRef, file: NewFile): Promise<void>;
  /** Like `put`, but never overwrites: returns false if the name is taken. */
  create(ref: ObjectRef, file: NewFile): Promise<boolean>;
}

export function createFileStore(): FileStore {
  return {
    async read(ref, { maxBytes }) {
      const path = pathOf(ref);
      const sizeBytes = await fileSize(path);
      if (sizeBytes === undefined) return undefined;
      if (sizeBytes > maxBytes) return { etag: '', sizeBytes, metadata: {} };
      const bytes = await readFile(toFsPath(path));
      return { etag: etagOf(bytes), sizeBytes: bytes.byteLength, metadata: {}, bytes };
    },

    async head(ref) {
      const path = pathOf(ref);
      if ((await fileSize(path)) === undefined) return undefined;
      const bytes = await readFile(toFsPath(path));
      return { etag: etagOf(bytes), sizeBytes: bytes.byteLength, metadata: {} };
    },

    async put(ref, { bytes, modifiedAt }) {
      await replaceFile(pathOf(ref), bytes, modifiedAt);
    },

    async remove(ref) {
      await rm(toFsPath(pathOf(ref)), { force: true });
      return true;
    },

    async create(ref, { bytes, modifiedAt }) {
      const path = pathOf(ref);
      return await writeDraft(path, bytes, (draft) => publishNew(draft, path), modifiedAt);
    },
  };
}

/** Returns the path of a key's file. Throws for a key that leads out of its bucket. */
function pathOf({ bucket, key }: ObjectRef): string {
  const root = resolve(bucket);
  const path = resolve(root, key);
  const rootPrefix = root.endsWith(sep) ? root : root + sep;
  if (path.startsWith(rootPrefix) && !key.includes('\0')) return path;
  throw new Error(`Expected a path below "${root}" but received "${key}".`);
}

/** Moves a draft to its path unless the path exists. Unlike a rename, a link never replaces a file. */
async function publishNew(draft: string | Buffer, path: string): Promise<boolean> {
  try {
    await link(draft, toFsPath(path));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP'].includes(String(codeOf(error)))) throw error;
  }
  // On a file system without links (memory cards, some network shares), reserve the name first.
  try {
    await (await open(toFsPath(path), 'wx')).close();
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  await rename(draft, toFsPath(path));
  return true;
}

async function fileSize(path: string): Promise<number | undefined> {
  try {
    const file = await stat(toFsPath(path));
    return file.isFile() ? file.size : undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

function etagOf(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
