import { type CheckedImage, checkImage, type Terms } from './check-image.ts';
import { startDeadline } from './deadline.ts';
import type { SourceImage } from './formats/source-file.ts';
import { type ConversionOptions, resolveLimits } from './limits.ts';
import { estimateMemoryBytes } from './memory.ts';
import { type ImageInput, readInput } from './read-input.ts';
import { type RecipeOptions, resolveRecipe } from './recipe/recipe.ts';

/** An opened image: its header and the memory its work needs. The work can be done once. */
export interface OpenedImage {
  /** What the file says about the image. No pixel has been decoded. */
  readonly header: SourceImage;
  /** Upper estimate of the bytes that the work allocates, without the source file. */
  readonly memoryBytes: number;
  /** Releases the image’s bytes. Running work fails with an error. */
  close(): void;
}

interface SessionOptions<Result> {
  recipe: RecipeOptions;
  limits: ConversionOptions;
  /** Reads the header and checks it. */
  check?(bytes: Uint8Array, terms: Terms): Promise<CheckedImage>;
  /** The maximum memory of the work in bytes. */
  estimate?(image: CheckedImage): number;
  /** The work on the opened image; `headerMs` is the time that opening it took. */
  work(image: CheckedImage, headerMs: number): Promise<Result>;
}

/**
 * Reads an image, and its header once, then works on it, with one deadline for both. The clock is
 * paused in between, while the caller waits for memory.
 */
export async function openSession<Result>(
  input: ImageInput,
  options: SessionOptions<Result>,
): Promise<OpenedImage & { run(): Promise<Result> }> {
  const { recipe, check = checkImage, estimate = estimateMemoryBytes, work } = options;
  const { signal, ...limits } = options.limits;
  const terms = { recipe: resolveRecipe(recipe), limits: resolveLimits(limits) };
  const bytes = await readInput(input, { ...terms.limits, signal });
  // It may have been aborted since the last byte was read.
  signal?.throwIfAborted();
  const startedAt = performance.now();
  const deadline = startDeadline(terms.limits.timeoutMs);
  const onAbort = () => deadline.end(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  const checked = await deadline
    .step(check(bytes, { ...terms, deadline }))
    .catch((error: unknown) => {
      signal?.removeEventListener('abort', onAbort);
      throw error;
    });
  deadline.pause();
  const headerMs = performance.now() - startedAt;
  let pending: CheckedImage | undefined = checked;
  let isClosed = false;

  return {
    header: checked.file.image,
    memoryBytes: estimate(checked),

    async run() {
      if (isClosed) throw closedError();
      if (!pending) throw new Error('Expected an opened image to be used once. Open it again.');
      const image = pending;
      pending = undefined;
      deadline.resume();
      deadline.check();
      return await work(image, headerMs);
    },

    close() {
      isClosed = true;
      pending = undefined;
      signal?.removeEventListener('abort', onAbort);
      deadline.end(closedError());
    },
  };
}

function closedError(): Error {
  return new Error(
    'Expected an open image but it was closed. Close it only when its work is done.',
  );
}
