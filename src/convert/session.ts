import { type CheckedImage, checkImage, type Terms } from './check-image.ts';
import { startDeadline } from './deadline.ts';
import type { SourceImage } from './formats/source-file.ts';
import { type Limits, resolveLimits } from './limits.ts';
import { estimateMemoryBytes } from './memory.ts';
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
  limits: Partial<Limits>;
  /** Reads the header and checks it. */
  check?(bytes: Uint8Array, terms: Terms): Promise<CheckedImage>;
  /** The maximum memory of the work in bytes. */
  estimate?(image: CheckedImage): number;
  /** The work on the opened image; `headerMs` is the time that opening it took. */
  work(image: CheckedImage, headerMs: number): Promise<Result>;
}

/**
 * Reads the header of an image once, then works on it, with one deadline for both. The clock is
 * paused in between, while the caller waits for memory.
 */
export async function openSession<Result>(
  bytes: Uint8Array,
  options: SessionOptions<Result>,
): Promise<OpenedImage & { run(): Promise<Result> }> {
  const { recipe, limits, check = checkImage, estimate = estimateMemoryBytes, work } = options;
  const terms = { recipe: resolveRecipe(recipe), limits: resolveLimits(limits) };
  const startedAt = performance.now();
  const deadline = startDeadline(terms.limits.timeoutMs);
  const checked = await deadline.step(check(bytes, { ...terms, deadline }));
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
      return await work(image, headerMs);
    },

    close() {
      isClosed = true;
      pending = undefined;
      deadline.end(closedError());
    },
  };
}

function closedError(): Error {
  return new Error(
    'Expected an open image but it was closed. Close it only when its work is done.',
  );
}
