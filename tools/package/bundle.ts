import { join, relative } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { unbundled } from './contents.ts';

const root = join(import.meta.dirname, '../..');

/** CommonJS packages load Node’s modules with `require`, which ES modules do not have. */
const requireForCommonJs =
  "import{createRequire as requireOf}from'node:module';const require=requireOf(import.meta.url);";

/** sharp calls three functions of semver, whose index would load all of it. */
const smallSemver: Plugin = {
  name: 'small semver',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^semver$/ }, ({ path, resolveDir }) => ({
      path,
      namespace: 'small',
      pluginData: resolveDir,
    }));
    onLoad({ filter: /./, namespace: 'small' }, ({ pluginData }) => ({
      contents: ['coerce', 'gte', 'satisfies']
        .map((name) => `exports.${name} = require('semver/functions/${name}');`)
        .join(''),
      resolveDir: pluginData,
    }));
  },
};

/** How the function is bundled, also for measurements. */
export const bundleOptions = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifyWhitespace: true,
  minifySyntax: true,
  // Stack traces and the log then name functions and errors, and esbuild need not restore each name.
  minifyIdentifiers: false,
  mainFields: ['module', 'main'],
  external: [...Object.keys(unbundled), 'pg-native'],
  plugins: [smallSemver],
  banner: { js: requireForCommonJs },
  logLevel: 'warning',
} satisfies BuildOptions;

export interface Bundle {
  files: Map<string, Uint8Array>;
  /** Which sources, also of packages, are in which file. */
  metafile: Metafile;
}

/** Bundles entry points and all their imports, with one file per part that is loaded separately. */
export async function bundle(
  entryPoints: Record<string, string>,
  options: BuildOptions = {},
): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    ...bundleOptions,
    // migrations/ is expected two folders up, as from src/ledger/.
    chunkNames: 'dist/chunks/[name]-[hash]',
    sourcemap: 'linked',
    // Line numbers are enough for a stack trace; the sources are not included.
    sourcesContent: false,
    legalComments: 'external',
    ...options,
    absWorkingDir: root,
    entryPoints,
    outdir: root,
    write: false,
    metafile: true,
  });
  const files = outputFiles.map(
    ({ path, contents }) => [relative(root, path).replaceAll('\\', '/'), contents] as const,
  );
  return { files: new Map(files), metafile };
}
