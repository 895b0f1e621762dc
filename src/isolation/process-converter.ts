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
  /** A process that is still busy so long after the time limit is killed. Default: 5 seconds. */
  hangGraceMs?: number;
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
  const { processes, env, module = ownModule(), niceness, maxHeapMb = 512, hangGraceMs } = options;
  const slots = createBudget(processes);
  // Each supervises one process. An image has exclusive use of it from opening to closing.
  const supervisors = Array.from({ length: processes }, () =>
    superviseConverter({ module, env, niceness, maxHeapMb }),
  );
  const free = [...supervisors];
  let isClosed = false;

  async function acquire(
    signal: AbortSignal | undefined,
  ): Promise<{ supervisor: Supervisor; release(): void }> {
    signal?.throwIfAborted();
    return await new Promise((resolve, reject) => {
      const onAbort = () => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort);
      void slots.use(1, async () => {
        signal?.removeEventListener('abort', onAbort);
        if (signal?.aborted) return;
        const supervisor = free.pop() as Supervisor;
        await new Promise<void>((release) => resolve({ supervisor, release }));
        free.push(supervisor);
      });
    });
  }

  async function readyChild(supervisor: Supervisor): Promise<ChildProcess> {
    if (isClosed) throw new Error('Expected an open converter but it was closed.');
    return await readyConverter(supervisor);
  }

  async function open<Image extends GrayImage | Thumbnail>(
    image: Omit<OpenRequest, 'limits'>,
    { limits, signal }: OpenOptions,
  ): Promise<ImageSession<Image>> {
    const { supervisor, release } = await acquire(signal);
    const { timeoutMs } = limits;
    const requests: ImageRequests = {
      image: { ...image, limits },
      child: () => readyChild(supervisor),
      ask: async (child, request) =>
        converterResult(await askConverter(child, request, { timeoutMs, hangGraceMs, signal })),
      release,
    };
    try {
      return await createImageSession<Image>(requests);
    } catch (error) {
      release();
      throw error;
    }
  }

  return {
    warmUp() {
      const next = free.at(-1);
      if (next) readyChild(next).catch(() => {}); // reported with the first image
    },

    open: (bytes, { recipe, ...options }) => open<GrayImage>({ bytes, job: { recipe } }, options),

    openThumbnail: (bytes, { width, ...options }) =>
      open<Thumbnail>({ bytes, job: { thumbnailWidth: width } }, options),

    async close() {
      isClosed = true;
      await Promise.all(supervisors.map((supervisor) => supervisor.end()));
    },
  };
}

function ownModule(): URL {
  // The extension is .ts in the sources and .js in the build.
  return new URL(`./converter-process${extname(import.meta.url)}`, import.meta.url);
}

/** The conversation with a process about one image. */
interface ImageRequests {
  image: OpenRequest;
  /** The process for this image, restarted if it died. */
  child(): Promise<ChildProcess>;
  ask(child: ChildProcess, request: ConverterRequest): Promise<ConverterResult>;
  release(): void;
}

async function createImageSession<Image extends GrayImage | Thumbnail>({
  image,
  child,
  ask,
  release,
}: ImageRequests): Promise<ImageSession<Image>> {
  let openedIn: ChildProcess | undefined;
  let isClosed = false;

  async function open(): Promise<OpenReply> {
    const current = await child();
    const result = await ask(current, { open: image });
    openedIn = current;
    if ('memoryBytes' in result) return result;
    throw new Error('Expected the header of an image from the converter process.');
  }

  async function convert(): Promise<Image> {
    // A new process has not received the image yet.
    if ((await child()) !== openedIn) await open();
    const result = await ask(await child(), { convert: true });
    // The type matches the opened job.
    if ('image' in result) return result.image as Image;
    throw new Error('Expected an image from the converter process.');
  }

  return {
    ...(await retryOnce(open)),

    async convert() {
      // Another image may use this process by now.
      if (isClosed) throw new Error('Expected an open image but it was closed.');
      return await retryOnce(convert);
    },

    close() {
      isClosed = true;
      release();
    },
  };
}

function converterResult(reply: ConverterReply): ConverterResult {
  if ('error' in reply) throw unpackError(reply.error);
  return reply;
}

/** Retries once if the process died. */
async function retryOnce<Result>(work: () => Promise<Result>): Promise<Result> {
  const retry = (error: unknown) => {
    if (error instanceof ChildEndedError) return work();
    throw error;
  };
  return await work()
    .catch(retry)
    .catch((error: unknown) => {
      throw error instanceof ChildEndedError ? crashError(error) : error;
    });
}

function crashError(cause: ChildEndedError): ConversionError {
  return new ConversionError(
    'CONVERSION_CRASHED',
    `Expected a conversion but the process ended twice (${cause.detail}). Check whether memory ran out; otherwise convert the file with another program.`,
    { cause },
  );
}
