import { Readable } from 'node:stream';
import type { CheckedImage } from '../../check-image.ts';
import { BundledError, hasIdleThread, runInThread } from '../wasm/run-in-thread.ts';
import type { RowFacts } from './decode-rows.ts';

/** From this size on, a second thread saves more time than it takes to start. */
const minThreadedPixels = 3e6;

/** The same for a thread that has been started already. */
const minPixelsForIdleThread = 5e5;

/**
 * A thread that needed more for coefficients ends with its image. Otherwise the memory of several images
 * would add up, because V8 frees that of WebAssembly late.
 */
const maxKeptBytes = 128 * 2 ** 20;

/** The file is damaged, or cannot be decoded here; its rows must not be used. */
export class UnusableRowsError extends Error {}

export function usesThread(facts: Pick<RowFacts, 'width' | 'height'>): boolean {
  const pixels = facts.width * facts.height;
  return mayUseThread(facts) && (pixels >= minThreadedPixels || hasIdleThread());
}

/** Whether a thread decodes the rows if it has been started already. */
export function mayUseThread({ width, height }: Pick<RowFacts, 'width' | 'height'>): boolean {
  return navigator.hardwareConcurrency > 1 && width * height >= minPixelsForIdleThread;
}

/** Rows that a thread decodes, in bands of whole rows, while this one uses them. */
interface ThreadedRows {
  /** Begins with the first row each time. */
  bands(): AsyncIterable<Uint8Array>;
  /** Gives the memory of a band back to the thread, which waits for it. */
  release(band: Uint8Array): void;
}

/**
 * Decodes rows in a thread. The bands end with an `UnusableRowsError` if the file is not whole, and
 * with `CONVERSION_TIMEOUT` after the deadline.
 */
export function decodeInThread(
  { bytes, file, deadline, limits }: CheckedImage,
  facts: RowFacts,
): ThreadedRows {
  const { width, height, channels } = facts;
  const coefficientBytes =
    facts.format === 'jpeg' && file.image.isProgressive ? 2 * width * height * channels : 0;
  let giveBack = (_: Uint8Array) => {};
  return {
    // The thread starts with the first request: until then, the end of the iteration goes unnoticed.
    async *bands() {
      const stop = new AbortController();
      const bands = createReadable(stop);
      runInThread('decodeRows', bytes, {
        deadline,
        signal: stop.signal,
        endsThread: coefficientBytes > maxKeptBytes,
        rows: { facts, maxPixels: limits.maxPixels },
        onBand(band, give) {
          giveBack = give;
          bands.push(band);
        },
      }).then(
        ({ isWhole }) => (isWhole ? bands.push(null) : bands.destroy(new UnusableRowsError())),
        // sharp works in a bundle as well.
        (error) => bands.destroy(error instanceof BundledError ? new UnusableRowsError() : error),
      );
      yield* bands;
    },
    release: (band) => giveBack(band),
  };
}

function createReadable(stop: AbortController): Readable {
  const bands = new Readable({
    objectMode: true,
    read() {},
    destroy(error, done) {
      stop.abort(error ?? new Error('No more rows are needed'));
      done(error);
    },
  });
  // Its reader may have stopped.
  return bands.on('error', () => {});
}
