import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { cacheFolder } from '../config/index.ts';
import { replaceFile } from '../storage/replace-file.ts';

/**
 * Returns the files of an empty database of this version, as an archive. Undefined if none are
 * cached yet or the cache is corrupt.
 */
export async function readInitialFiles(): Promise<Blob | undefined> {
  try {
    // Unpacked here, where a failed checksum can be handled; PGlite would end the process.
    return new Blob([await promisify(gunzip)(await readFile(await resolveCachePath()))]);
  } catch {
    return undefined;
  }
}

/**
 * Caches the files for the next start, compressed by gzip. If that fails, the next start is only
 * slower.
 */
export async function cacheInitialFiles(dump: () => Promise<Blob>): Promise<void> {
  try {
    const files = await dump();
    const cachePath = await resolveCachePath();
    await mkdir(dirname(cachePath), { recursive: true });
    await replaceFile(cachePath, await files.bytes());
  } catch {}
}

async function resolveCachePath(): Promise<string> {
  const main = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const { version } = JSON.parse(await readFile(join(dirname(main), '../package.json'), 'utf8'));
  return join(cacheFolder(), `pglite-${version}.tar.gz`);
}
