import { type CheckedImage, checkImage, type Terms } from './check-image.ts';
import { startDeadline } from './deadline.ts';
import type { SourceImage } from './formats/read-header.ts';
import { type Limits, resolveLimits } from './limits.ts';
import { estimateMemoryBytes } from './memory.ts';
import { type RecipeOptions, resolveRecipe } from './recipe/recipe.ts';

/** An opened image: what its header says, and what can be done with it once. */
export interface OpenedImage {
  /** What the file says of the image. No pixel has been decoded. */
  readonly header: SourceImage;
  /** Upper estimate of what the work on it allocates, besides the source’s own bytes. */
  readonly memoryBytes: number;
  /** Releases the bytes. Work that is under way ends with an error. */
  close(): void;
}

interface SessionOptions<Result> {
  recipe: RecipeOptions;
  limits: Partial<Limits>;
  /** Reads the header and checks it. */
  check?(bytes: Uint8Array, terms: Terms): Promise<CheckedImage>;
  /** How much memory the work takes at most. */
  estimate?(image: CheckedImage): number;
  /** What is done with the image after it was opened, `headerMs` being how long that took. */
  work(image: CheckedImage, headerMs: number): Promise<Result>;
}

/**
 * Reads the header of an image once and works on it until one deadline. Its clock stands still
 * between the two, when the caller waits for memory.
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
  let waiting: CheckedImage | undefined = checked;
  let isClosed = false;

  return {
    header: checked.file.image,
    memoryBytes: estimate(checked),

    async run() {
      if (isClosed) throw closedError();
      if (!waiting) throw new Error('Expected to work on an opened image once. Open it again.');
      const image = waiting;
      waiting = undefined;
      deadline.resume();
      return await work(image, headerMs);
    },

    close() {
      isClosed = true;
      waiting = undefined;
      deadline.end(closedError());
    },
  };
}

function closedError(): Error {
  return new Error('Expected an open image but it was closed. Close it after the work on it.');
}
