import type { CheckedImage } from '../../check-image.ts';
import type { PixelImage } from '../../pixel-image.ts';
import { createTurns } from '../../take-turns.ts';
import { decodeRows, type RowFacts } from './decode-rows.ts';
import { rowFactsOf } from './row-facts.ts';
import { decodeInThread, UnusableRowsError, usesThread } from './threaded-rows.ts';

/**
 * Decodes a whole file by our own decoders, to the same pixels as sharp. Undefined for a file that
 * they do not read or that is damaged, of which sharp is the judge. Throws `ConversionError` after the
 * deadline.
 */
export async function decodeOwnRows(image: CheckedImage): Promise<PixelImage | undefined> {
  const facts = rowFactsOf(image);
  if (!facts) return undefined;
  const { width, height, channels, bits } = facts;
  const length = width * height * channels;
  const pixels = bits === 16 ? new Uint16Array(length) : new Uint8Array(length);
  const bytes = new Uint8Array(pixels.buffer);
  const takeTurns = createTurns();
  let at = 0;
  const add = (rows: Uint8Array) => {
    bytes.set(rows, at);
    at += rows.length;
  };
  const isWhole = usesThread(facts)
    ? await addFromThread(image, facts, add)
    : await decodeRows(image.bytes, {
        facts,
        maxPixels: image.limits.maxPixels,
        onProgress() {
          image.deadline.check();
          return takeTurns();
        },
        onRows: add,
      });
  return isWhole && at === bytes.length ? { pixels, width, height, channels } : undefined;
}

async function addFromThread(
  image: CheckedImage,
  facts: RowFacts,
  add: (rows: Uint8Array) => void,
): Promise<boolean> {
  const { bands, release } = decodeInThread(image, facts);
  try {
    for await (const band of bands()) {
      add(band);
      release(band);
    }
    return true;
  } catch (error) {
    if (error instanceof UnusableRowsError) return false;
    throw error;
  }
}
