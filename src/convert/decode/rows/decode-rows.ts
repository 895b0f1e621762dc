import { decodeJpeg } from '../../../gray-jpeg/index.ts';
import { decodePng } from '../../../png-rows/index.ts';
import type { PixelImage } from '../../pixel-image.ts';

/** A format that this program decodes itself, row by row. */
export type RowFormat = 'jpeg' | 'png';

/** What the rows of a file are, before any of them is decoded. */
export interface RowFacts extends Omit<PixelImage, 'pixels'> {
  format: RowFormat;
  /** Bits per sample. */
  bits: 8 | 16;
}

export interface RowsOptions {
  maxPixels: number;
  /** What the rows are expected to be. */
  facts: RowFacts;
  /** Called between parts of the data. What it throws ends the work. */
  onProgress(): void | Promise<void>;
  /** Receives whole rows from top to bottom, which are valid until it resolves. */
  onRows(rows: Uint8Array): void | Promise<void>;
}

/**
 * Decodes the rows of a file, with 16-bit samples in little endian. Resolves to whether the file is
 * whole and as expected; if it is not, its rows must not be used.
 */
export async function decodeRows(
  bytes: Uint8Array,
  { facts, onRows, ...options }: RowsOptions,
): Promise<boolean> {
  let isExpected = false;
  const isWhole = await decoders[facts.format](bytes, {
    ...options,
    onStart({ width, height, channels, bits }) {
      const hasSize = width === facts.width && height === facts.height;
      isExpected = hasSize && channels === facts.channels && bits === facts.bits;
    },
    onRows: (rows) => (isExpected ? onRows(rows) : undefined),
  });
  return isWhole && isExpected;
}

interface DecoderOptions extends Omit<RowsOptions, 'facts'> {
  onStart(found: Omit<RowFacts, 'format'>): void;
}

const decoders: Record<
  RowFormat,
  (bytes: Uint8Array, options: DecoderOptions) => Promise<boolean>
> = {
  jpeg: async (bytes, { onStart, ...options }) => {
    const start = (image: Omit<RowFacts, 'format' | 'bits'>) => onStart({ ...image, bits: 8 });
    return (await decodeJpeg(bytes, { ...options, onStart: start })).isWhole;
  },
  png: (bytes, { onStart, onRows, ...options }) =>
    decodePng(bytes, {
      ...options,
      onStart: ({ depth, ...image }) => onStart({ ...image, bits: depth }),
      onRows: (rows) => onRows(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength)),
    }),
};
