import { inspectImage, toGrayscale } from '../convert/index.ts';
import type { Converter } from '../pipeline/index.ts';

/** Converts in this process: nothing to start and nothing to send, and nothing that shields it. */
export function createInlineConverter(): Converter {
  return {
    async open(bytes, { recipe, limits, signal }) {
      signal?.throwIfAborted();
      const { memoryBytes } = await inspectImage(bytes, limits, recipe);
      return {
        memoryBytes,
        async convert() {
          signal?.throwIfAborted();
          return await toGrayscale(bytes, recipe, limits);
        },
        close() {},
      };
    },

    async close() {},
  };
}
