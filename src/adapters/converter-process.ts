// What a process of process-converter.ts runs: one image at a time, and nothing else.
import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { inspectImage, sentError, toGrayscale } from '../convert/index.ts';
import {
  type ConverterReply,
  type ConverterRequest,
  type OpenRequest,
  readyMessage,
} from './converter-messages.ts';

let opened: OpenRequest | undefined;

// There are as many processes as cores, and no two images are alike.
sharp.concurrency(1);
sharp.cache(false);
// With its parent it ends at once: an exit would wait for what is under way.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// Should memory run out, the system is to end a converter rather than who it works for.
await writeFile('/proc/self/oom_score_adj', '1000').catch(() => {});
process.on('message', async (request: ConverterRequest) => {
  process.send?.(await answer(request));
});
process.send?.(readyMessage);

async function answer(request: ConverterRequest): Promise<ConverterReply> {
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
