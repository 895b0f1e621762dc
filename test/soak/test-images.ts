import { createHash } from 'node:crypto';
import { ConversionError, openImage } from '../../src/convert/index.ts';
import {
  hugePngHeader,
  photoLike,
  photoLikeJpeg,
  photoLikePng,
  photoLikeWebp,
  truncate,
} from '../../testing/images.ts';
import { loadCorpus } from '../fuzz/corpus.ts';

/** An image to upload. */
export interface TestImage {
  name: string;
  bytes: Uint8Array;
  /** Whether it is made to be rejected. */
  isBad?: boolean;
  /** Whether two of them exceed a worker's memory budget. */
  isLarge?: boolean;
}

/** Images by purpose. */
export interface TestImages {
  /** Of every input format; most of them convert, in milliseconds. */
  small: TestImage[];
  /** None of them ever converts. */
  bad: TestImage[];
  /** Valid, but two of them at the same time exceed a worker's memory budget. */
  large: TestImage[];
}

/** The settings of the workers, with a budget that large images must share. */
export const workerLimits = { maxBytes: 3 * 2 ** 20, maxPixels: 20_000_000 };
export const memoryBudgetMb = 48;
/** The server's time limit for one request. */
export const requestTimeoutSeconds = 12;

const variants = 12;

/** The same ones each time. */
export async function makeTestImages(): Promise<TestImages> {
  const seeds = Array.from({ length: variants }, (_, seed) => seed);
  const jpegs = await Promise.all(seeds.map((seed) => photoLikeJpeg({ seed })));
  const webps = await Promise.all(seeds.map((seed) => photoLikeWebp({ seed })));
  const corpus = Object.values(await loadCorpus()).flat();
  return {
    small: [
      ...jpegs.map((bytes, seed) => ({ name: `jpeg ${seed}`, bytes })),
      ...webps.map((bytes, seed) => ({ name: `webp ${seed}`, bytes })),
      ...seeds.map((seed) => ({ name: `png ${seed}`, bytes: photoLikePng({ seed }) })),
      ...corpus,
    ],
    bad: [
      ...jpegs.map((bytes, seed) => ({ name: `damaged ${seed}`, bytes: truncate(bytes, 0.4) })),
      ...seeds.map((seed) => ({
        name: `unsupported ${seed}`,
        bytes: Buffer.from(`This is letter ${seed}, not an image.`),
      })),
      { name: 'empty', bytes: Buffer.alloc(0) },
      { name: 'too many bytes', bytes: Buffer.alloc(workerLimits.maxBytes + 1) },
      { name: 'too many pixels', bytes: hugePngHeader(60_000, 60_000) },
    ].map((image) => ({ ...image, isBad: true })),
    large: await Promise.all(
      [1, 2, 3].map(async (seed) => ({
        name: `large ${seed}`,
        isLarge: true,
        bytes: await photoLike({ seed }).resize(1_600, 1_200).jpeg().toBuffer(),
      })),
    ),
  };
}

/** The required result for a content, despite all faults. */
export type Expected =
  | { status: 'converted'; bytes: Uint8Array }
  | { status: 'failed'; code: string };

/** Converts in this process, each content once. */
export function createOracle(): (image: TestImage) => Promise<Expected> {
  const known = new Map<string, Promise<Expected>>();
  return (image) => {
    const id = etagOf(image.bytes);
    const found = known.get(id) ?? expectedOf(image);
    known.set(id, found);
    return found;
  };
}

async function expectedOf({ bytes }: TestImage): Promise<Expected> {
  try {
    const image = await openImage(bytes, {}, workerLimits);
    // Three quarters of the budget are for conversions; ImageMagick alone takes more.
    const isTooLarge = image.memoryBytes > (memoryBudgetMb * 2 ** 20 * 3) / 4;
    if (isTooLarge) return { status: 'failed', code: 'IMAGE_TOO_LARGE' };
    return { status: 'converted', bytes: (await image.convert()).bytes };
  } catch (error) {
    if (error instanceof ConversionError) return { status: 'failed', code: error.code };
    throw error;
  }
}

/** As in S3 for an object uploaded in one piece without a KMS key. */
export function etagOf(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}
