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
  /** Number of processes that run at the same time. */
  processes: number;
  /** The complete environment of the processes. */
  env: Record<string, string | undefined>;
  /** The module that the processes run. */
  module?: URL;
  /** From 0 to 19: how far their priority is lowered. */
  niceness?: number;
  /** Max JavaScript heap of each process, in MiB. It does not hold pixels, so 512 is plenty. */
  maxHeapMb?: number;
}

export interface ProcessConverter extends Converter {
  /** Starts one process in advance, so that the first image need not wait for it. */
  warmUp(): void;
}

type OpenOptions = Omit<ConversionOptions, 'recipe'>;

/**
 * Converts in processes that are started on demand and kept. If one crashes, hangs or is aborted,
 * only it ends and another replaces it. An image whose process died is retried once, because
 * another program may have killed the process; then it fails with `CONVERSION_CRASHED`.
 */
export function createProcessConverter(options: ProcessConverterOptions): ProcessConverter {
  const { processes, env, module = ownModule(), niceness, maxHeapMb = 512 } = options;
  const turns = createBudget(processes);
  // Each supervises one process. An image has exclusive use of it from opening to closing.
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
  // The extension is .ts in the sources and .js in the build.
  return new URL(`./converter-process${extname(import.meta.url)}`, import.meta.url);
}

/** The conversation with a process about one image. */
interface Talk {
  image: OpenRequest;
  /** The process for this image, restarted if it died. */
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
    // A new process has not received the image yet.
    if ((await child()) !== openedBy) await open();
    const result = await ask(await child(), { convert: true });
    // The type matches the opened job.
    if ('image' in result) return result.image as Image;
    throw new Error('Expected an image from the process that converts.');
  }

  return {
    ...(await insist(open)),

    async convert() {
      // Another image may use this process by now.
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

/** Retries once if the process died. */
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
