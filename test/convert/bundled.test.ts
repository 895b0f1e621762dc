import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
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
     toGrayscale(process.argv[2]).catch((error) => console.log(error.name, error.message));`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ['esm', 'mjs'],
  ['cjs', 'cjs'],
] as const)('HEIC in a bundle as %s fails with the cure', async (format, extension) => {
  const outfile = join(folder, `bundle.${extension}`);
  const entryPoints = [join(folder, 'program.ts')];
  await build({
    ...{ entryPoints, outfile, format, bundle: true, platform: 'node', external: ['sharp'] },
    logLevel: 'error',
  });
  const heic = join(root, 'test/convert/fixtures/rgb.heic');
  const { stdout } = await promisify(execFile)(process.execPath, [outfile, heic]);
  expect(stdout).toBe(
    'Error Expected the decoders of grayscale-image-processor in its package but it was bundled without them. Tell the bundler to leave grayscale-image-processor and sharp external (docs/library.md, "Bundle your program").\n',
  );
});
