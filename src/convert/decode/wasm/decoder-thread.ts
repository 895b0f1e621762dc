// The entry point of the threads of run-in-thread.ts. It is a separate file because threads start from
// a file: a bundler must emit it as an entry point next to the bundle, under the same name.
import { type MessagePort, parentPort } from 'node:worker_threads';
import { ConversionError } from '../../errors.ts';
import type { Band, RowsTask, ThreadReply, ThreadRequest, ThreadTasks } from './thread-tasks.ts';

/** Each decoder is loaded with the first image that needs it. */
const tasks: {
  [Name in keyof ThreadTasks]: (
    bytes: Uint8Array,
    request: ThreadRequest,
  ) => Promise<ThreadTasks[Name]>;
} = {
  decodeHeif: async (bytes) => await (await import('../heif/heif-image.ts')).decodeHeif(bytes),
  decodeJp2: async (bytes) => await (await import('../jp2/jp2-image.ts')).decodeJp2(bytes),
  renderJxl: async (bytes) => await (await import('../jxl/jxl-image.ts')).renderJxl(bytes),
  countJxlFrames: async (bytes) =>
    await (await import('../jxl/jxl-image.ts')).countJxlFrames(bytes),
  readMagickHeader: async (bytes) =>
    await (await import('../magick/magick-image.ts')).readMagickHeader(bytes),
  decodeMagick: async (bytes) =>
    await (await import('../magick/magick-image.ts')).decodeMagick(bytes),
  decodeRows: async (bytes, { rows }) =>
    await (await import('../rows/send-bands.ts')).sendBands(
      bytes,
      rows as RowsTask,
      parentPort as MessagePort,
    ),
};

parentPort?.on('message', async (request: ThreadRequest | Band) => {
  if ('band' in request) return;
  const { task, bytes } = request;
  try {
    const result = await tasks[task](bytes, request);
    parentPort?.postMessage({ result } satisfies ThreadReply, buffersOf(result));
  } catch (error) {
    // Any other error is a bug: it ends the thread, and the caller receives it.
    if (!(error instanceof ConversionError)) throw error;
    const { code, message } = error;
    parentPort?.postMessage({ rejection: { code, message } } satisfies ThreadReply);
  }
});

/** Buffers that are transferred instead of copied. */
function buffersOf(result: object): ArrayBuffer[] {
  const buffers = Object.values(result).flatMap((value) =>
    ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer ? [value.buffer] : [],
  );
  return [...new Set(buffers)];
}
