// What `npm run build` runs: src/ as JavaScript with type declarations in dist/, and the dashboard in
// dist/web.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildWeb } from './build-web.ts';

const root = join(import.meta.dirname, '..');

// The zips that `npm run package` made stay: a stack may be about to be deployed from them. So does
// the dashboard, which is built only when it is old: a server may be showing it.
for (const path of globSync('dist/*', { cwd: root, exclude: ['dist/*.zip', 'dist/web'] })) {
  rmSync(join(root, path), { recursive: true });
}
const { status } = spawnSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '--project', 'tsconfig.build.json'],
  { cwd: root, stdio: 'inherit' },
);

await buildWeb();

// What package.json’s "exports" and bin/grayscale.js name.
const missing = ['convert/index.js', 'convert/index.d.ts', 'cli/main.js', 'web/index.html'].filter(
  (file) => !existsSync(join(root, 'dist', file)),
);
if (missing.length > 0) console.error(`The build lacks ${missing.join(', ')} in dist/.`);
process.exitCode = status === 0 && missing.length === 0 ? 0 : 1;
