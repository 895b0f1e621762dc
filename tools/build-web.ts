// Builds the dashboard into dist/web, unless the existing build is as new as its sources.
// `npm start`, `npm run build` and the tests call it.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const page = join(root, 'dist/web/index.html');

/** Returns whether it was built. */
export async function buildWeb(): Promise<boolean> {
  if ((await timeOf(page)) > (await newestSource())) return false;
  // Imported only here: a start with nothing to build need not wait for it.
  const { build } = await import('vite');
  await build({ configFile: join(root, 'web/vite.config.ts'), logLevel: 'warn' });
  return true;
}

/** Folders count as well: their modification time shows that a file was deleted. */
async function newestSource(): Promise<number> {
  const entries = await readdir(join(root, 'web'), { withFileTypes: true, recursive: true });
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name));
  const times = [...paths, join(root, 'web'), join(root, 'package-lock.json')].map(timeOf);
  return Math.max(...(await Promise.all(times)));
}

async function timeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return 0;
  }
}

if (import.meta.main) {
  const startedAt = performance.now();
  if (await buildWeb()) {
    console.log(`Built the dashboard in ${((performance.now() - startedAt) / 1e3).toFixed(1)} s.`);
  }
}
