import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { entryPoints, unbundled } from './contents.ts';

const root = join(import.meta.dirname, '../..');

/** CommonJS packages load Node’s modules with `require`, which ES modules do not have. */
const requireForCommonJs =
  "import{createRequire as requireOf}from'node:module';const require=requireOf(import.meta.url);";

/** Bundles the handlers and all their imports, with one file per part that is loaded separately. */
export async function bundle(): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir: root,
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // migrations/ is expected two folders up, as from src/ledger/.
    chunkNames: 'dist/chunks/[name]-[hash]',
    minify: true,
    // The log names errors by their classes.
    keepNames: true,
    sourcemap: 'linked',
    // Line numbers are enough for a stack trace; the sources are not in the zip.
    sourcesContent: false,
    legalComments: 'external',
    mainFields: ['module', 'main'],
    external: [...Object.keys(unbundled), 'pg-native'],
    banner: { js: requireForCommonJs },
    logLevel: 'warning',
  });
  return new Map(
    outputFiles.map(({ path, contents }) => [relative(root, path).replaceAll('\\', '/'), contents]),
  );
}
