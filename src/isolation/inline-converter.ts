import { type ImageSession, openImage } from '../convert/index.ts';
import { openThumbnail } from '../convert/thumbnail.ts';
import type { Converter } from '../pipeline/index.ts';

/** Converts in this process: no start and no transfer, but no protection from crashes. */
export function createInlineConverter(): Converter {
  return {
    async open(bytes, { recipe, limits, signal }) {
      signal?.throwIfAborted();
      return unlessAborted(signal, await openImage(bytes, recipe, limits));
    },

    async openThumbnail(bytes, { width, limits, signal }) {
      signal?.throwIfAborted();
      return unlessAborted(signal, await openThumbnail(bytes, width, limits));
    },

    async close() {},
  };
}

function unlessAborted<Image>(
  signal: AbortSignal | undefined,
  image: ImageSession<Image>,
): ImageSession<Image> {
  return {
    ...image,
    async convert() {
      signal?.throwIfAborted();
      return await image.convert();
    },
  };
}
