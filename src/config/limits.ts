import { availableParallelism } from 'node:os';
import { integer, optional, variable } from './variable.ts';

/** Limits of one conversion: the `Limits` of src/convert. */
export const limits = {
  maxBytes: variable('MAX_BYTES', integer(1), 100 * 2 ** 20, 'Largest source, in bytes.'),
  maxPixels: optional(
    'MAX_PIXELS',
    integer(1),
    'Largest source, in pixels; by default what may fit in the memory budget, at four bytes each.',
  ),
  maxPages: variable('MAX_PAGES', integer(1), 1_000, 'Max pages or frames in a source.'),
  timeoutMs: variable(
    'MAX_CONVERSION_MS',
    integer(1),
    120_000,
    'Longest conversion of one source, in milliseconds.',
  ),
  maxOutputBytes: variable(
    'MAX_OUTPUT_BYTES',
    integer(1),
    512 * 2 ** 20,
    'Largest output, in bytes.',
  ),
};

/** Limits shared by all conversions of a process. */
export const capacity = {
  memoryBudgetMb: optional(
    'MEMORY_BUDGET_MB',
    integer(16),
    'Megabytes of memory for all images in progress, a quarter of it for their files; by default half of the function’s memory, or 1,024 elsewhere.',
  ),
  concurrency: variable(
    'CONCURRENCY',
    integer(1, 1_000),
    2 * availableParallelism(),
    'Max images in progress; by default two per core.',
  ),
};
