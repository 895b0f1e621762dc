import { inspectImage, sentError, toGrayscale } from '../convert/index.ts';
import type { ConverterReply, ConverterRequest, OpenRequest } from './converter-messages.ts';

let opened: OpenRequest | undefined;

/** What a process of process-converter.ts does: one image at a time, first opened, then converted. */
export async function answerRequest(request: ConverterRequest): Promise<ConverterReply> {
  try {
    if ('open' in request) {
      opened = request.open;
      const { memoryBytes } = await inspectImage(opened.bytes, opened.limits, opened.recipe);
      return { memoryBytes };
    }
    if (!opened) throw new Error('Expected an image to be opened before it is converted.');
    const { bytes, recipe, limits } = opened;
    opened = undefined;
    return { image: await toGrayscale(bytes, recipe, limits) };
  } catch (error) {
    return { error: sentError(error) };
  }
}
