// What goes into the function's zip, and how much of it.

/** The processors that Lambda has, by Node's names. */
export const architectures = ['arm64', 'x64'] as const;
export type Architecture = (typeof architectures)[number];

/**
 * What is started in the zip, and the source that it is bundled from. A file that a process or a
 * worker is started from is a row of its own.
 */
export const entryPoints: Record<string, string> = {
  index: 'src/lambda/start-handler.ts',
  // Beside the chunk that starts it.
  'dist/chunks/decoder-thread': 'src/convert/decode/wasm/decoder-thread.ts',
};

/**
 * Packages that are not bundled but lie in the zip, since their files are looked for at run time:
 * all that match. What they depend on comes along whole.
 */
export const unbundled: Record<string, RegExp> = {
  sharp: /^(dist\/.+\.mjs|package\.json|LICENSE)$/,
  'libheif-js': /^(libheif-wasm\/libheif\.(js|wasm)|package\.json|LICENSE)$/,
  'jxl-oxide-wasm': /^(jxl_oxide_wasm_bg\.wasm|package\.json|LICENSE.*)$/,
  '@cornerstonejs/codec-openjpeg':
    /^(dist\/openjpegwasm_decode\.(js|wasm)|package\.json|README\.md)$/,
};

/** Documentation, types and sources of what the packages depend on. */
export const leftOut = /(\.d\.[cm]?ts|\.md|\.map|\.h|\.cc)$|(^|\/)(test|src|include)\//;

/** Without which the zip would fail at its first picture. */
export function needed(arch: Architecture): RegExp[] {
  return [
    ...Object.keys(entryPoints).map((name) => new RegExp(`^${name}\\.js$`)),
    /^migrations\/0001_.+\.sql$/,
    new RegExp(`^node_modules/@img/sharp-linux-${arch}/lib/.+\\.node$`),
    new RegExp(`^node_modules/@img/sharp-libvips-linux-${arch}/lib/libvips-cpp\\.so\\.`),
    /^node_modules\/libheif-js\/.+\.wasm$/,
    /^node_modules\/jxl-oxide-wasm\/.+\.wasm$/,
    /^node_modules\/@cornerstonejs\/codec-openjpeg\/.+\.wasm$/,
  ];
}

/** Far below Lambda’s own 250 MB and 50 MB: what grows past them, grew by mistake. */
export const limits = { unzippedBytes: 60_000_000, zippedBytes: 25_000_000 };
