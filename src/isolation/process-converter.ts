import { extname } from 'node:path';
import { ConversionError, type GrayImage, type ImageSession } from '../convert/index.ts';
import type { Thumbnail } from '../convert/thumbnail.ts';
import { type ConversionOptions, type Converter, createBudget } from '../pipeline/index.ts';
import { ChildDiedError, type ConverterChild, startConverterChild } from './converter-child.ts';
import {
  type ConverterReply,
  type ConverterRequest,
  type ConverterResult,
  type OpenReply,
  type OpenRequest,
  unpackError,
} from './converter-messages.ts';

export interface ProcessConverterOptions {
  /** How many work at once. */
  processes: number;
  /** Of the processes, and all of it. */
  env: Record<string, string | undefined>;
  /** What they run. */
  module?: URL;
  /** From 0 to 19: how far they stand back behind whoever else wants the processor. */
  niceness?: number;
  /** Of JavaScript’s heap in each, in MiB. Pixels are not in it, so that 512 is plenty. */
  maxHeapMb?: number;
}

export interface ProcessConverter extends Converter {
  /** Starts one process, so that the first image need not wait for it. */
  warmUp(): void;
}

type OpenOptions = Omit<ConversionOptions, 'recipe'>;

/** Where one process can be. Whoever opened an image has it until the image is closed. */
interface Place {
  child?: ConverterChild;
}

/**
 * Converts in processes that are started when they are needed, and kept. One that crashes, hangs or
 * is aborted ends alone: another takes its place. An image whose process died is tried once more,
 * as another program may have killed it; then it is `CONVERSION_CRASHED`.
 */
export function createProcessConverter(options: ProcessConverterOptions): ProcessConverter {
  const { processes, env, module = ownModule(), niceness, maxHeapMb = 512 } = options;
  const turns = createBudget(processes);
  const free: Place[] = Array.from({ length: processes }, () => ({}));
  const children = new Set<ConverterChild>();
  let isClosed = false;

  async function take(signal: AbortSignal | undefined): Promise<{ place: Place; leave(): void }> {
    signal?.throwIfAborted();
    return await new Promise((resolve, reject) => {
      const onAbort = () => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort);
      void turns.use(1, async () => {
        signal?.removeEventListener('abort', onAbort);
        if (signal?.aborted) return;
        const place = free.pop() ?? {};
        await new Promise<void>((leave) => resolve({ place, leave }));
        free.push(place);
      });
    });
  }

  function childAt(place: Place): ConverterChild {
    if (isClosed) throw new Error('Expected an open converter but it was closed.');
    if (place.child?.isAlive()) return place.child;
    const child = startConverterChild({ module, env, niceness, maxHeapMb });
    place.child = child;
    children.add(child);
    void child.ended.then(() => children.delete(child));
    return child;
  }

  async function open<Image extends GrayImage | Thumbnail>(
    image: Omit<OpenRequest, 'limits'>,
    { limits, signal }: OpenOptions,
  ): Promise<ImageSession<Image>> {
    const { place, leave } = await take(signal);
    const { timeoutMs } = limits;
    const talk: Talk = {
      image: { ...image, limits },
      child: () => childAt(place),
      ask: async (child, request) =>
        converterResult(await child.ask(request, { timeoutMs, signal })),
      leave,
    };
    try {
      return await openBy<Image>(talk);
    } catch (error) {
      leave();
      throw error;
    }
  }

  return {
    warmUp() {
      const next = free.at(-1);
      if (next && !isClosed) childAt(next);
    },

    open: (bytes, { recipe, ...options }) => open<GrayImage>({ bytes, job: { recipe } }, options),

    openThumbnail: (bytes, { width, ...options }) =>
      open<Thumbnail>({ bytes, job: { thumbnailWidth: width } }, options),

    async close() {
      isClosed = true;
      for (const child of children) child.kill();
      await Promise.all([...children].map(({ ended }) => ended));
    },
  };
}

function ownModule(): URL {
  // From the sources .ts, built .js.
  return new URL(`./converter-process${extname(import.meta.url)}`, import.meta.url);
}

/** How one image is spoken of. */
interface Talk {
  image: OpenRequest;
  /** The one at its place, which is started again after it died. */
  child(): ConverterChild;
  ask(child: ConverterChild, request: ConverterRequest): Promise<ConverterResult>;
  leave(): void;
}

async function openBy<Image extends GrayImage | Thumbnail>({
  image,
  child,
  ask,
  leave,
}: Talk): Promise<ImageSession<Image>> {
  let openedBy: ConverterChild | undefined;
  let isClosed = false;

  async function open(): Promise<OpenReply> {
    const asked = child();
    const result = await ask(asked, { open: image });
    openedBy = asked;
    if ('memoryBytes' in result) return result;
    throw new Error('Expected the header of an image from the process that converts.');
  }

  async function convert(): Promise<Image> {
    // Another process has not seen the image.
    if (child() !== openedBy) await open();
    const result = await ask(child(), { convert: true });
    // It answers what it was opened for.
    if ('image' in result) return result.image as Image;
    throw new Error('Expected an image from the process that converts.');
  }

  return {
    ...(await insist(open)),

    async convert() {
      // The place may be another image’s by now.
      if (isClosed) throw new Error('Expected an open image but it was closed.');
      return await insist(convert);
    },

    close() {
      isClosed = true;
      leave();
    },
  };
}

function converterResult(reply: ConverterReply): ConverterResult {
  if ('error' in reply) throw unpackError(reply.error);
  return reply;
}

/** Once more where the process died. */
async function insist<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ChildDiedError)) throw error;
  }
  try {
    return await work();
  } catch (error) {
    throw error instanceof ChildDiedError ? crashed(error) : error;
  }
}

function crashed(cause: ChildDiedError): ConversionError {
  return new ConversionError(
    'CONVERSION_CRASHED',
    `Expected a conversion but the process ended twice (${cause.how}). Look whether memory ran out; else convert the file with another program.`,
    { cause },
  );
}
