import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packed from '@sparticuz/chromium';

const modules = fileURLToPath(new URL('../node_modules/', import.meta.url));

/**
 * The path of a browser that is unpacked once for each version of its package: 200 MB, in three
 * seconds.
 */
export async function unpackChromium(): Promise<string> {
  const description = await readFile(join(modules, '@sparticuz/chromium/package.json'), 'utf8');
  const cache = join(modules, '.cache');
  const folder = join(cache, `chromium-${JSON.parse(description).version}`);
  const path = join(folder, 'chromium');
  if (existsSync(path)) return path;

  await mkdir(cache, { recursive: true });
  const unfinished = await mkdtemp(join(cache, 'unpacking-'));
  try {
    await unpackInto(unfinished);
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Another run was faster.
    if (!existsSync(path)) throw error;
  }
  return path;
}

/** The package unpacks into the folder for temporary files. */
async function unpackInto(folder: string): Promise<void> {
  const { TMPDIR } = process.env;
  process.env.TMPDIR = folder;
  try {
    await packed.executablePath();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}
