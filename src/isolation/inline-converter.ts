import { inspectImage, inspectThumbnail, thumbnailOf, toGrayscale } from '../convert/index.ts';
import type { Conversion, Converter } from '../pipeline/index.ts';

/** Converts in this process: nothing to start and nothing to send, and nothing that shields it. */
export function createInlineConverter(): Converter {
  return {
    async open(bytes, { recipe, limits, signal }) {
      signal?.throwIfAborted();
      const { memoryBytes } = await inspectImage(bytes, limits, recipe);
      return conversionOf(memoryBytes, signal, () => toGrayscale(bytes, recipe, limits));
    },

    async openThumbnail(bytes, { width, limits, signal }) {
      signal?.throwIfAborted();
      const { memoryBytes } = await inspectThumbnail(bytes, limits);
      return conversionOf(memoryBytes, signal, () => thumbnailOf(bytes, width, limits));
    },

    async close() {},
  };
}

function conversionOf<Image>(
  memoryBytes: number,
  signal: AbortSignal | undefined,
  make: () => Promise<Image>,
): Conversion<Image> {
  return {
    memoryBytes,
    async convert() {
      signal?.throwIfAborted();
      return await make();
    },
    close() {},
  };
}
