import { createHash } from 'node:crypto';
import { toGrayscale } from '../convert/index.ts';
import { hasKernel } from '../gray-png/index.ts';
import { examine, type Finding } from './finding.ts';
import { referenceImages } from './reference-images.ts';

/** Checks that decoders and kernel convert known images correctly. */
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
              what: 'no WebAssembly SIMD: PNGs are written by sharp, more slowly and in other bytes',
              cure: 'Use Node 22.15 or newer on a processor with SIMD (SSE4.1 or NEON).',
            },
      );
      for (const [name, { base64, sha256 }] of Object.entries(images)) {
        const { bytes } = await toGrayscale(Buffer.from(base64, 'base64'));
        // sharp's output bytes depend on its zlib.
        const isKnown = !hasSimd || createHash('sha256').update(bytes).digest('hex') === sha256;
        found(
          isKnown
            ? { state: 'good', what: `a known ${name} converts to the bytes that it must` }
            : {
                state: 'bad',
                what: `a known ${name} converts to other bytes than it must`,
                cure: 'Install anew with `npm ci`: sharp or the kernel is not that of this release.',
              },
        );
      }
    },
    'Install anew with `npm ci`, on this machine: sharp has binaries of its own for each platform.',
  );
}
