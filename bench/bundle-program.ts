import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions } from '../tools/package/bundle.ts';

const root = join(import.meta.dirname, '..');
/** Next to the results, where sharp's binaries can be resolved. */
const folder = join(import.meta.dirname, 'results/bundled');

/** Bundles a program of the bench as the function is bundled. Returns its path. */
export async function bundleProgram(source: string): Promise<string> {
  const name = basename(source, '.ts');
  await build({
    ...bundleOptions,
    entryPoints: {
      [name]: source,
      // Started as a thread, next to the file that starts it.
      'decoder-thread': join(root, 'src/convert/decode/wasm/decoder-thread.ts'),
    },
    outdir: folder,
    external: [...bundleOptions.external, '@napi-rs/image'],
  });
  return join(folder, `${name}.js`);
}
