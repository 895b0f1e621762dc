import { createHash } from 'node:crypto';
import { toGrayscale } from '../convert/index.ts';
import { hasKernel } from '../gray-png/index.ts';
import { examine, type Finding } from './finding.ts';
import { referenceImages } from './reference-images.ts';

/** Checks that decoders and kernel convert the reference images correctly. */
export function examineEngine(images = referenceImages): Promise<Finding[]> {
  return examine(
    'engine',
    async (found) => {
      const hasSimd = hasKernel();
      found(
        hasSimd
          ? { state: 'good', what: 'the kernel runs on WebAssembly SIMD' }
          : {
              state: 'warning',
              what: 'WebAssembly SIMD is unavailable: sharp encodes PNGs, more slowly and with different bytes',
              cure: 'Use Node 22.15 or newer on a processor with SIMD (SSE4.1 or NEON).',
            },
      );
      for (const [name, { base64, sha256 }] of Object.entries(images)) {
        const { bytes } = await toGrayscale(Buffer.from(base64, 'base64'));
        // sharp's output bytes depend on its zlib.
        const isExpected = !hasSimd || createHash('sha256').update(bytes).digest('hex') === sha256;
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
