import {
  inspectImage,
  inspectThumbnail,
  sentError,
  thumbnailOf,
  toGrayscale,
} from '../convert/index.ts';
import type { ConverterReply, ConverterRequest, OpenRequest } from './converter-messages.ts';

let opened: OpenRequest | undefined;

/** What a process of process-converter.ts does: one image at a time, first opened, then converted. */
export async function answerRequest(request: ConverterRequest): Promise<ConverterReply> {
  try {
    if ('open' in request) {
      opened = request.open;
      return { memoryBytes: await memoryBytesOf(opened) };
    }
    if (!opened) throw new Error('Expected an image to be opened before it is converted.');
    const { bytes, job, limits } = opened;
    opened = undefined;
    return {
      image:
        'recipe' in job
          ? await toGrayscale(bytes, job.recipe, limits)
          : await thumbnailOf(bytes, job.thumbnailWidth, limits),
    };
  } catch (error) {
    return { error: sentError(error) };
  }
}

async function memoryBytesOf({ bytes, job, limits }: OpenRequest): Promise<number> {
  if ('recipe' in job) return (await inspectImage(bytes, limits, job.recipe)).memoryBytes;
  return (await inspectThumbnail(bytes, limits)).memoryBytes;
}
