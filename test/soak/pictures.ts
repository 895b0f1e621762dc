import { createHash } from 'node:crypto';
import { ConversionError, toGrayscale } from '../../src/convert/index.ts';
import {
  hugePngHeader,
  photoLike,
  photoLikeJpeg,
  photoLikePng,
  photoLikeWebp,
  truncate,
} from '../../testing/images.ts';
import { loadCorpus } from '../fuzz/corpus.ts';

/** What is uploaded. */
export interface Picture {
  name: string;
  bytes: Uint8Array;
  /** Made to be refused. */
  isBad?: boolean;
  /** Two of them are more than a worker's memory budget. */
  isLarge?: boolean;
}

/** Pictures by what they are for. */
export interface Pictures {
  /** Of every format that is read; most of them convert, in milliseconds. */
  small: Picture[];
  /** None of them ever converts. */
  bad: Picture[];
  /** Sound, and two of them at once are more than a worker's memory budget. */
  large: Picture[];
}

/** What the workers are configured with; a budget that large pictures must share. */
export const workerLimits = { maxBytes: 3 * 2 ** 20, maxPixels: 20_000_000 };
export const memoryBudgetMb = 48;
/** How long the server works on one request. */
export const requestTimeoutSeconds = 12;

const variants = 12;

/** The same ones each time. */
export async function makePictures(): Promise<Pictures> {
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
        bytes: Buffer.from(`This is letter ${seed} and no picture.`),
      })),
      { name: 'empty', bytes: Buffer.alloc(0) },
      { name: 'too many bytes', bytes: Buffer.alloc(workerLimits.maxBytes + 1) },
      { name: 'too many pixels', bytes: hugePngHeader(60_000, 60_000) },
    ].map((picture) => ({ ...picture, isBad: true })),
    large: await Promise.all(
      [1, 2, 3].map(async (seed) => ({
        name: `large ${seed}`,
        isLarge: true,
        bytes: await photoLike({ seed }).resize(1_600, 1_200).jpeg().toBuffer(),
      })),
    ),
  };
}

/** What must become of a content, whatever happens on the way. */
export type Expected =
  | { status: 'converted'; bytes: Uint8Array }
  | { status: 'failed'; code: string };

/** Converts in this process, each content once. */
export function createOracle(): (picture: Picture) => Promise<Expected> {
  const known = new Map<string, Promise<Expected>>();
  return (picture) => {
    const id = etagOf(picture.bytes);
    const found = known.get(id) ?? expectedOf(picture);
    known.set(id, found);
    return found;
  };
}

async function expectedOf({ bytes }: Picture): Promise<Expected> {
  try {
    return { status: 'converted', bytes: (await toGrayscale(bytes, {}, workerLimits)).bytes };
  } catch (error) {
    if (error instanceof ConversionError) return { status: 'failed', code: error.code };
    throw error;
  }
}

/** As S3 has it for what is put in one piece without a key of KMS. */
export function etagOf(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}
