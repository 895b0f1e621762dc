import type { GrayImage, ImageSession } from '../convert/index.ts';
import type { Thumbnail } from '../convert/thumbnail.ts';
import { type ConverterReply, type ConverterRequest, packError } from './converter-messages.ts';
import { createInlineConverter } from './inline-converter.ts';

/** Answers the requests to a converter’s process: to open one image, then to convert it. */
export function createAnswerer(): (request: ConverterRequest) => Promise<ConverterReply> {
  const converter = createInlineConverter();
  let opened: ImageSession<GrayImage | Thumbnail> | undefined;

  async function answer(request: ConverterRequest): Promise<ConverterReply> {
    const image = opened;
    opened = undefined;
    try {
      if (!('open' in request)) {
        if (!image) throw new Error('Expected an image to be opened before it is converted.');
        return { image: await image.convert() };
      }
      const { bytes, job, limits } = request.open;
      opened =
        'recipe' in job
          ? await converter.open(bytes, { recipe: job.recipe, limits })
          : await converter.openThumbnail(bytes, { width: job.thumbnailWidth, limits });
      return { header: opened.header, memoryBytes: opened.memoryBytes };
    } finally {
      image?.close();
    }
  }

  return (request) => answer(request).catch((error: unknown) => ({ error: packError(error) }));
}
