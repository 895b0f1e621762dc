// Run by `npm run build`: writes the npm package into dist/: the bundled program, the types of the
// library, and the dashboard in dist/web.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, rmSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildWeb } from './build-web.ts';
import { bundle } from './package/bundle.ts';
import {
  analyzeWeb,
  licensesOf,
  packageFolders,
  packageIds,
  sbomOf,
} from './package/bundled-packages.ts';
import {
  checkoutOnly,
  copiedFiles,
  packageDependencies,
  packageEntryPoints,
} from './package/contents.ts';

const root = join(import.meta.dirname, '..');

// The zips from `npm run package` are kept: a stack may be about to be deployed from them. So is the
// dashboard, which is rebuilt only when it is outdated: a server may be serving it.
for (const path of globSync('dist/*', { cwd: root, exclude: ['dist/*.zip', 'dist/web'] })) {
  rmSync(join(root, path), { recursive: true });
}
const [status] = await Promise.all([emitTypes(), writeBundle(), buildWeb()]);
process.exitCode = status;

async function emitTypes(): Promise<number> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const child = spawn(process.execPath, [tsc, '--project', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  const [code] = await once(child, 'close');
  return code ?? 1;
}

async function writeBundle(): Promise<void> {
  const [{ files, metafile }, web] = await Promise.all([
    bundle(packageEntryPoints, {
      target: 'node22.15',
      // Users read this code in stack traces and debuggers.
      minifyWhitespace: false,
      minifySyntax: false,
      external: [...packageDependencies, 'pg-native', checkoutOnly],
    }),
    analyzeWeb(),
  ]);
  for (const [name, contents] of files) await write(name, contents);
  for (const [name, path] of Object.entries(copiedFiles))
    await cp(join(root, path), join(root, name));
  const folders = packageFolders(metafile, web);
  await write('dist/sbom.cdx.json', await sbomOf(await packageIds(folders)));
  await write('dist/THIRD-PARTY-LICENSES.txt', await licensesOf(folders));
}

async function write(name: string, contents: string | Uint8Array): Promise<void> {
  const path = join(root, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
}
