// The contents of the npm package and of the function's zip, and their maximum size.

/** The processors that Lambda supports, by Node's names. */
export const architectures = ['arm64', 'x64'] as const;
export type Architecture = (typeof architectures)[number];

/** The entry points in the npm package. Those that a process or a thread is started from are next to the chunks. */
export const packageEntryPoints: Record<string, string> = {
  'dist/index': 'src/convert/index.ts',
  'dist/cli': 'src/cli/main.ts',
  'dist/handler': 'src/lambda/start-handler.ts',
  'dist/chunks/decoder-thread': 'src/convert/decode/wasm/decoder-thread.ts',
  'dist/chunks/converter-process': 'src/isolation/converter-process.ts',
  'dist/chunks/report-thread': 'src/server/reports/report-thread.ts',
};

/** The sandbox runs only in a checkout. */
export const checkoutOnly = './src/sandbox/run.ts';

/** Files of bundled packages that are read at run time: copied next to the chunks. */
export const copiedFiles: Record<string, string> = {
  // One of the two modules in its package, which have 15 MB each.
  'dist/chunks/magick.wasm': 'node_modules/@imagemagick/magick-wasm/dist/x86/magick.wasm',
};

/**
 * The entry points in the zip, and the sources that they are bundled from. A file that a process or a
 * worker is started from has a separate row.
 */
export const entryPoints: Record<string, string> = {
  index: 'src/lambda/start-handler.ts',
  // Next to the chunk that starts it.
  'dist/chunks/decoder-thread': 'src/convert/decode/wasm/decoder-thread.ts',
};

/**
 * Packages that are included without bundling, since their files are located at run time: all that match
 * these patterns.
 */
export const unbundled: Record<string, RegExp> = {
  '@imagemagick/magick-wasm':
    /^(dist\/(index\.js|x86\/magick\.wasm)|package\.json|LICENSE|NOTICE)$/,
  'libheif-js': /^(libheif-wasm\/libheif\.(js|wasm)|package\.json|LICENSE)$/,
  'jxl-oxide-wasm': /^(jxl_oxide_wasm_bg\.wasm|package\.json|LICENSE.*)$/,
  '@cornerstonejs/codec-openjpeg':
    /^(dist\/openjpegwasm_decode\.(js|wasm)|package\.json|README\.md)$/,
};

/** Loads its binaries from separate packages, which are included. */
export const binaryLoader = 'sharp';

/** The npm package is bundled without these, and depends on them. */
export const packageDependencies = [
  ...Object.keys(unbundled).filter((name) => name !== '@imagemagick/magick-wasm'),
  binaryLoader,
];

/** Bundled with the loader of the binaries: only the licenses are included. */
export const bundledPackages = [binaryLoader, 'detect-libc', 'semver', '@img/colour'];

/** Documentation, types and sources of the included packages. */
export const excludedFiles = /(\.d\.[cm]?ts|\.md|\.map|\.h|\.cc)$|(^|\/)(test|src|include)\//;

/** Files without which the zip would fail at its first image. */
export function requiredFiles(arch: Architecture): RegExp[] {
  return [
    ...Object.keys(entryPoints).map((name) => new RegExp(`^${name}\\.js$`)),
    /^migrations\/0001_.+\.sql$/,
    new RegExp(`^node_modules/@img/sharp-linux-${arch}/lib/.+\\.node$`),
    new RegExp(`^node_modules/@img/sharp-libvips-linux-${arch}/lib/libvips-cpp\\.so\\.`),
    /^node_modules\/@imagemagick\/magick-wasm\/dist\/x86\/magick\.wasm$/,
    /^node_modules\/libheif-js\/.+\.wasm$/,
    /^node_modules\/jxl-oxide-wasm\/.+\.wasm$/,
    /^node_modules\/@cornerstonejs\/codec-openjpeg\/.+\.wasm$/,
  ];
}

/** Far below Lambda’s limits of 250 MB and 50 MB: a zip that exceeds these has grown by mistake. */
export const limits = { unzippedBytes: 60_000_000, zippedBytes: 25_000_000 };
