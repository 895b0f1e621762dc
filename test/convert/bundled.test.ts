import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundled-'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const library = JSON.stringify(join(root, 'src/convert/index.ts'));
  await writeFile(
    join(folder, 'program.ts'),
    `import { toGrayscale } from ${library};
     toGrayscale(process.argv[2]).then(
       ({ width, height }) => console.log(width, height),
       (error) => console.log(error.name, error.message),
     );`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ['esm', 'mjs'],
  ['cjs', 'cjs'],
] as const)(
  'a bundle as %s converts a large JPEG, and fails with the cure for HEIC',
  async (format, extension) => {
    const outfile = join(folder, `bundle.${extension}`);
    const entryPoints = [join(folder, 'program.ts')];
    await build({
      ...{ entryPoints, outfile, format, bundle: true, platform: 'node', external: ['sharp'] },
      logLevel: 'error',
    });
    const run = async (file: string) =>
      (await promisify(execFile)(process.execPath, [outfile, file])).stdout;
    // Elsewhere it is decoded on a thread, whose file is not in the bundle either.
    const jpeg = join(folder, 'large.jpg');
    const size = { width: 2_500, height: 1_500, channels: 3, background: '#963' } as const;
    await sharp({ create: size }).jpeg().toFile(jpeg);
    expect(await run(jpeg)).toBe('2500 1500\n');
    expect(await run(join(root, 'test/convert/fixtures/rgb.heic'))).toBe(
      'Error Expected the decoders of grayscale-image-processor in its package but it was bundled without them. Tell the bundler to leave grayscale-image-processor and sharp external (docs/library.md, "Bundle your program").\n',
    );
  },
);
