import { type GrayImage, type ImageSession, openImage } from '../convert/index.ts';
import { openThumbnail, type Thumbnail } from '../convert/thumbnail.ts';
import {
  type ConverterReply,
  type ConverterRequest,
  type OpenRequest,
  packError,
} from './converter-messages.ts';

/** Answers what a converter’s process is asked: to open one image, and then to convert it. */
export function createAnswerer(): (request: ConverterRequest) => Promise<ConverterReply> {
  let opened: ImageSession<GrayImage | Thumbnail> | undefined;

  async function answer(request: ConverterRequest): Promise<ConverterReply> {
    const image = opened;
    opened = undefined;
    try {
      if (!('open' in request)) {
        if (!image) throw new Error('Expected an image to be opened before it is converted.');
        return { image: await image.convert() };
      }
      opened = await open(request.open);
      return { header: opened.header, memoryBytes: opened.memoryBytes };
    } finally {
      image?.close();
    }
  }

  return (request) => answer(request).catch((error: unknown) => ({ error: packError(error) }));
}

async function open({
  bytes,
  job,
  limits,
}: OpenRequest): Promise<ImageSession<GrayImage | Thumbnail>> {
  if ('recipe' in job) return await openImage(bytes, job.recipe, limits);
  return await openThumbnail(bytes, job.thumbnailWidth, limits);
}
