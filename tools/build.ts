// Run by `npm run build`: compiles src/ to JavaScript with type declarations in dist/, and builds the
// dashboard in dist/web.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildWeb } from './build-web.ts';

const root = join(import.meta.dirname, '..');

// The zips from `npm run package` are kept: a stack may be about to be deployed from them. So is the
// dashboard, which is rebuilt only when it is outdated: a server may be serving it.
for (const path of globSync('dist/*', { cwd: root, exclude: ['dist/*.zip', 'dist/web'] })) {
  rmSync(join(root, path), { recursive: true });
}
const { status } = spawnSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '--project', 'tsconfig.build.json'],
  { cwd: root, stdio: 'inherit' },
);

await buildWeb();

// The files that package.json’s "exports" and bin/grayscale.js name.
const missing = ['convert/index.js', 'convert/index.d.ts', 'cli/main.js', 'web/index.html'].filter(
  (file) => !existsSync(join(root, 'dist', file)),
);
if (missing.length > 0) console.error(`The build lacks ${missing.join(', ')} in dist/.`);
process.exitCode = status === 0 && missing.length === 0 ? 0 : 1;
