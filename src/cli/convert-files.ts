import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { FileConversion } from '../app/open-converter.ts';
import { ConversionError, type GrayImage, type Recipe } from '../convert/index.ts';
import {
  type Converter,
  convertWithinBudget,
  createBudget,
  DiskFullError,
} from '../pipeline/index.ts';
import { toFsPath } from '../storage/path-bytes.ts';
import { FileError } from './file-error.ts';
import { readPathKind } from './path-kind.ts';
import { isImageName, type Job } from './plan-conversions.ts';
import { readStream } from './read-stream.ts';

/** The outcome of one job; `code` is one of docs/errors.md. */
export type JobResult = { input: string; output: string; elapsedMs: number } & JobOutcome;

type JobOutcome =
  | { status: 'converted'; image: Omit<GrayImage, 'bytes'> }
  | { status: 'planned' }
  | { status: 'skipped'; reason: string }
  | { status: 'failed'; code: string; message: string };

interface ConvertFilesOptions {
  converter: Converter;
  recipe: Recipe;
  /** Replace outputs that exist. An input is never replaced. */
  overwrite: boolean | ((job: Job) => boolean);
  /** Gives each output the modification time of its input. */
  keepTimes?: boolean | undefined;
  concurrency: number;
  /** Stops starting new images; those in progress are finished. */
  signal: AbortSignal;
  onResult: (result: JobResult) => void;
}

type Overwrite = ConvertFilesOptions['overwrite'];

/** Converts files concurrently, within the memory budget. Never throws for a single file. */
export async function convertFiles(
  jobs: Job[],
  parts: FileConversion,
  options: ConvertFilesOptions,
): Promise<JobResult[]> {
  const slots = createBudget(options.concurrency);
  const isInput = await createInputTest(jobs);
  const results = jobs.map((job) =>
    slots.use(1, async (): Promise<JobResult | undefined> => {
      if (options.signal.aborted) return undefined;
      const startedAt = performance.now();
      const outcome = await convertFile(job, parts, options, isInput).catch(toFailure);
      const { input, output } = job;
      const result = { input, output, elapsedMs: performance.now() - startedAt, ...outcome };
      options.onResult(result);
      return result;
    }),
  );
  return (await Promise.all(results)).filter((result) => result !== undefined);
}

/** Reports what `convertFiles` would do. Reads no image and writes nothing. */
export async function planFiles(jobs: Job[], overwrite: boolean): Promise<JobResult[]> {
  const isInput = await createInputTest(jobs);
  return await Promise.all(
    jobs.map(async ({ input, output, ...job }) => {
      const checked = await checkJob({ input, output, ...job }, overwrite, isInput).catch(
        toFailure,
      );
      const isOther = !job.isNamed && !isImageName(input);
      const outcome = checked ?? (isOther ? onlyIfImage : { status: 'planned' as const });
      return { input, output, elapsedMs: 0, ...outcome };
    }),
  );
}

/** The outcome that is known without reading the input. Throws `FileError`. */
async function checkJob(
  job: Job,
  overwrite: Overwrite,
  isInput: (path: string) => Promise<boolean>,
): Promise<JobOutcome | undefined> {
  const { output, problem } = job;
  if (problem) throw problem;
  if (await isInput(output)) {
    throw new FileError(
      'WOULD_OVERWRITE_INPUT',
      `"${output}" is an input of this run; choose another --out.`,
    );
  }
  const isReplaced = mayOverwrite(job, overwrite);
  return !isReplaced && (await readPathKind(output)) === 'file' ? outputExists : undefined;
}

function mayOverwrite(job: Job, overwrite: Overwrite): boolean {
  return typeof overwrite === 'function' ? overwrite(job) : overwrite;
}

async function convertFile(
  job: Job,
  { store, limits, memory }: FileConversion,
  { converter, recipe, overwrite, keepTimes = false }: ConvertFilesOptions,
  isInput: (path: string) => Promise<boolean>,
): Promise<JobOutcome> {
  const known = await checkJob(job, overwrite, isInput);
  if (known) return known;

  const { input, output, isNamed } = job;
  // Before it is read: if the file changes meanwhile, its output looks older and not newer.
  const modifiedAt = keepTimes ? (await stat(toFsPath(input))).mtime : undefined;
  const bytes = await readInput(input, store, limits.maxBytes);
  try {
    const opened = await converter.open(bytes, { recipe, limits });
    const { bytes: gray, ...image } = await convertWithinBudget(opened, {
      memory,
      ifTooLarge: 'convert alone',
      use: (converted) => converted,
    });
    const file = { bytes: gray, modifiedAt };
    if (mayOverwrite(job, overwrite)) await store.put(refOf(output), file);
    else if (!(await store.create(refOf(output), file))) return outputExists;
    return { status: 'converted', image };
  } catch (error) {
    const isOther = !isNamed && !isImageName(input);
    if (isOther && error instanceof ConversionError && error.code === 'UNSUPPORTED_FORMAT') {
      return { status: 'skipped', reason: 'not an image' };
    }
    throw error;
  }
}

const outputExists = {
  status: 'skipped',
  reason: 'the output exists (--overwrite replaces it)',
} as const;

const onlyIfImage = {
  status: 'skipped',
  reason: 'not the name of an image; converted only if the content is one',
} as const;

/** Reads one image from standard input. */
async function readStandardInput(maxBytes: number): Promise<Uint8Array> {
  const bytes = await readStream(process.stdin, maxBytes);
  if (bytes) return bytes;
  throw new ConversionError(
    'FILE_TOO_LARGE',
    `Expected at most ${maxBytes} bytes but standard input has more. Raise MAX_BYTES to convert it.`,
  );
}

/** Reads a file, or - for standard input. Throws `ConversionError` or `FileError`. */
export async function readInput(
  input: string,
  store: FileConversion['store'],
  maxBytes: number,
): Promise<Uint8Array> {
  if (input === '-') return await readStandardInput(maxBytes);
  const file = await store.read(refOf(input), { maxBytes });
  if (!file) throw new FileError('NOT_FOUND', 'The file no longer exists.');
  if (file.bytes) return file.bytes;
  throw new ConversionError(
    'FILE_TOO_LARGE',
    `Expected at most ${maxBytes} bytes but the file has ${file.sizeBytes}. Raise MAX_BYTES to convert it.`,
  );
}

function toFailure(error: unknown): JobOutcome {
  const { message } = error as Error;
  if ([ConversionError, FileError, DiskFullError].some((kind) => error instanceof kind)) {
    return { status: 'failed', code: (error as FileError).code, message };
  }
  return { status: 'failed', code: 'FILE_SYSTEM', message };
}

/** Whether a path is one of the inputs, even under another name. */
async function createInputTest(jobs: Job[]): Promise<(path: string) => Promise<boolean>> {
  const inputs = new Set(await Promise.all(jobs.map(({ input }) => readFileIdentity(input))));
  return async (path) => {
    const identity = await readFileIdentity(path);
    return identity !== undefined && inputs.has(identity);
  };
}

async function readFileIdentity(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(toFsPath(path), { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

function refOf(path: string) {
  return { bucket: dirname(path), key: basename(path) };
}
