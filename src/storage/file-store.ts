import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { asDiskFull, type NewObject, type ObjectRef, type ObjectStore } from '../pipeline/index.ts';

/** Folders as buckets, paths below them as keys. */
export interface FileStore extends ObjectStore {
  /** Like `put`, but leaves what is there alone: false when the name was taken. */
  create(ref: ObjectRef, object: Pick<NewObject, 'bytes'>): Promise<boolean>;
}

export function createFileStore(): FileStore {
  return {
    async read(ref, { maxBytes }) {
      const path = pathOf(ref);
      const sizeBytes = await fileSize(path);
      if (sizeBytes === undefined) return undefined;
      if (sizeBytes > maxBytes) return { etag: '', sizeBytes, metadata: {} };
      const bytes = await readFile(path);
      return { etag: etagOf(bytes), sizeBytes: bytes.byteLength, metadata: {}, bytes };
    },

    async head(ref) {
      const path = pathOf(ref);
      if ((await fileSize(path)) === undefined) return undefined;
      const bytes = await readFile(path);
      return { etag: etagOf(bytes), sizeBytes: bytes.byteLength, metadata: {} };
    },

    async put(ref, { bytes }) {
      const path = pathOf(ref);
      await writeWhole(path, bytes, (temporary) => rename(temporary, path));
    },

    async remove(ref) {
      await rm(pathOf(ref), { force: true });
      return true;
    },

    async create(ref, { bytes }) {
      const path = pathOf(ref);
      return await writeWhole(path, bytes, (temporary) => publishNew(temporary, path));
    },
  };
}

/** The file that a key names. Throws for a key that leads out of its bucket. */
function pathOf({ bucket, key }: ObjectRef): string {
  const root = resolve(bucket);
  const path = resolve(root, key);
  const inside = root.endsWith(sep) ? root : root + sep;
  if (path.startsWith(inside) && !key.includes('\0')) return path;
  throw new Error(`Expected a path below "${root}" but received "${key}".`);
}

async function writeWhole<Result>(
  path: string,
  bytes: Uint8Array,
  publish: (temporary: string) => Promise<Result>,
): Promise<Result> {
  try {
    return await writeBeside(path, bytes, publish);
  } catch (error) {
    throw asDiskFull(error, path);
  }
}

/** Whoever looks sees the old file or the whole new one, never a part, whatever ends the process. */
async function writeBeside<Result>(
  path: string,
  bytes: Uint8Array,
  publish: (temporary: string) => Promise<Result>,
): Promise<Result> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  // Hidden, and short whatever the name: a name may already be as long as names can be.
  const temporary = join(
    folder,
    `.${basename(path).slice(0, 8)}.${randomBytes(6).toString('hex')}.tmp`,
  );
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    return await publish(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Gives a file its name unless the name is taken. Unlike rename, a link never replaces a file. */
async function publishNew(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP'].includes(String(codeOf(error)))) throw error;
  }
  // A file system without links (memory cards, some network shares): reserve the name first.
  try {
    await (await open(path, 'wx')).close();
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  await rename(temporary, path);
  return true;
}

async function fileSize(path: string): Promise<number | undefined> {
  try {
    const file = await stat(path);
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
