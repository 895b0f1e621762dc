import { ConversionError, type ImageSession } from '../convert/index.ts';
import type { Budget } from './budget.ts';

interface BudgetOptions<Image, Result> {
  /** Bytes that all conversions together may use. */
  memory: Budget;
  /** What happens to an image that needs more than the whole budget. */
  ifTooLarge: 'refuse' | 'convert alone';
  /** Uses the output while its memory is still reserved. */
  use(image: Image, queueMs: number): Result | Promise<Result>;
}

/** Converts an opened image as soon as its memory is free, and always closes it. */
export async function convertWithinBudget<Image, Result>(
  image: ImageSession<Image>,
  { memory, ifTooLarge, use }: BudgetOptions<Image, Result>,
): Promise<Result> {
  try {
    const { memoryBytes } = image;
    if (ifTooLarge === 'refuse' && memoryBytes > memory.capacity) {
      throw tooMuchMemoryError(memoryBytes, memory.capacity);
    }
    const requestedAt = performance.now();
    return await memory.use(memoryBytes, async () => {
      const queueMs = performance.now() - requestedAt;
      return await use(await image.convert(), queueMs);
    });
  } finally {
    image.close();
  }
}

/** The image would not fit even if it ran alone. */
function tooMuchMemoryError(memoryBytes: number, capacity: number): ConversionError {
  const megabytes = (bytes: number) => Math.ceil(bytes / 2 ** 20);
  return new ConversionError(
    'IMAGE_TOO_LARGE',
    `Expected an image that converts within ${megabytes(capacity)} MB of memory but this one needs about ${megabytes(memoryBytes)} MB. Raise memoryBudgetMb (MEMORY_BUDGET_MB) and the memory of the process.`,
  );
}
