import type { ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { ConversionError, type GrayImage, type ImageSession } from '../convert/index.ts';
import type { Thumbnail } from '../convert/thumbnail.ts';
import { type ConversionOptions, type Converter, createBudget } from '../pipeline/index.ts';
import { askConverter, readyConverter, superviseConverter } from './converter-child.ts';
import {
  type ConverterReply,
  type ConverterRequest,
  type ConverterResult,
  type OpenReply,
  type OpenRequest,
  unpackError,
} from './converter-messages.ts';
import { ChildEndedError, type Supervisor } from './supervise-child.ts';

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

/**
 * Converts in processes that are started when they are needed, and kept. One that crashes, hangs or
 * is aborted ends alone: another takes its place. An image whose process died is tried once more,
 * as another program may have killed it; then it is `CONVERSION_CRASHED`.
 */
export function createProcessConverter(options: ProcessConverterOptions): ProcessConverter {
  const { processes, env, module = ownModule(), niceness, maxHeapMb = 512 } = options;
  const turns = createBudget(processes);
  // Each supervises one process. An image has it to itself from opening to closing.
  const places = Array.from({ length: processes }, () =>
    superviseConverter({ module, env, niceness, maxHeapMb }),
  );
  const free = [...places];
  let isClosed = false;

  async function take(
    signal: AbortSignal | undefined,
  ): Promise<{ place: Supervisor; leave(): void }> {
    signal?.throwIfAborted();
    return await new Promise((resolve, reject) => {
      const onAbort = () => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort);
      void turns.use(1, async () => {
        signal?.removeEventListener('abort', onAbort);
        if (signal?.aborted) return;
        const place = free.pop() as Supervisor;
        await new Promise<void>((leave) => resolve({ place, leave }));
        free.push(place);
      });
    });
  }

  async function childAt(place: Supervisor): Promise<ChildProcess> {
    if (isClosed) throw new Error('Expected an open converter but it was closed.');
    return await readyConverter(place);
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
        converterResult(await askConverter(child, request, { timeoutMs, signal })),
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
      if (next) childAt(next).catch(() => {}); // reported with the first image
    },

    open: (bytes, { recipe, ...options }) => open<GrayImage>({ bytes, job: { recipe } }, options),

    openThumbnail: (bytes, { width, ...options }) =>
      open<Thumbnail>({ bytes, job: { thumbnailWidth: width } }, options),

    async close() {
      isClosed = true;
      await Promise.all(places.map((place) => place.end()));
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
  child(): Promise<ChildProcess>;
  ask(child: ChildProcess, request: ConverterRequest): Promise<ConverterResult>;
  leave(): void;
}

async function openBy<Image extends GrayImage | Thumbnail>({
  image,
  child,
  ask,
  leave,
}: Talk): Promise<ImageSession<Image>> {
  let openedBy: ChildProcess | undefined;
  let isClosed = false;

  async function open(): Promise<OpenReply> {
    const asked = await child();
    const result = await ask(asked, { open: image });
    openedBy = asked;
    if ('memoryBytes' in result) return result;
    throw new Error('Expected the header of an image from the process that converts.');
  }

  async function convert(): Promise<Image> {
    // Another process has not seen the image.
    if ((await child()) !== openedBy) await open();
    const result = await ask(await child(), { convert: true });
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
  const again = (error: unknown) => {
    if (error instanceof ChildEndedError) return work();
    throw error;
  };
  return await work()
    .catch(again)
    .catch((error: unknown) => {
      throw error instanceof ChildEndedError ? crashed(error) : error;
    });
}

function crashed(cause: ChildEndedError): ConversionError {
  return new ConversionError(
    'CONVERSION_CRASHED',
    `Expected a conversion but the process ended twice (${cause.how}). Look whether memory ran out; else convert the file with another program.`,
    { cause },
  );
}
