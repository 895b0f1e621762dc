import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { cacheFolder } from '../config/index.ts';
import { replaceFile } from '../storage/replace-file.ts';

/**
 * The files of an empty database of this version, as an archive. Undefined where none were kept yet, or
 * what was kept is spoilt.
 */
export async function readInitialFiles(): Promise<Blob | undefined> {
  try {
    // Unpacked here: it has a checksum, and PGlite would end the process by it.
    return new Blob([await promisify(gunzip)(await readFile(await path()))]);
  } catch {
    return undefined;
  }
}

/** For the next start, compressed by gzip. Where that is not possible, it takes longer, no more. */
export async function keepInitialFiles(dump: () => Promise<Blob>): Promise<void> {
  try {
    const files = await dump();
    const kept = await path();
    await mkdir(dirname(kept), { recursive: true });
    await replaceFile(kept, await files.bytes());
  } catch {}
}

async function path(): Promise<string> {
  const main = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const { version } = JSON.parse(await readFile(join(dirname(main), '../package.json'), 'utf8'));
  return join(cacheFolder(), `pglite-${version}.tar.gz`);
}
