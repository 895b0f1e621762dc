import { createHash } from 'node:crypto';
import { toGrayscale } from '../convert/index.ts';
import { hasSimd } from '../gray-png/index.ts';
import { examine, type Finding } from './finding.ts';
import { referenceImages } from './reference-images.ts';

/** Checks that decoders and kernel convert the reference images correctly. */
export function examineEngine(images = referenceImages): Promise<Finding[]> {
  return examine(
    'engine',
    async (found) => {
      if (!hasSimd()) {
        found({
          state: 'bad',
          what: 'WebAssembly SIMD is unavailable, which conversions need',
          cure: 'Use Node 22.15 or newer on a processor with SIMD (SSE4.1 or NEON).',
        });
        return;
      }
      found({ state: 'good', what: 'the kernels run on WebAssembly SIMD' });
      for (const [name, { base64, sha256 }] of Object.entries(images)) {
        const { bytes } = await toGrayscale(Buffer.from(base64, 'base64'));
        const isExpected = createHash('sha256').update(bytes).digest('hex') === sha256;
        found(
          isExpected
            ? { state: 'good', what: `a reference ${name} converts to the expected bytes` }
            : {
                state: 'bad',
                what: `a reference ${name} converts to unexpected bytes`,
                cure: 'Reinstall with `npm ci`: sharp or the kernel is not of this release.',
              },
        );
      }
    },
    'Reinstall with `npm ci` on this machine: sharp has separate binaries for each platform.',
  );
}
