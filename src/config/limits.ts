import { availableParallelism } from 'node:os';
import { integer, optional, variable } from './variable.ts';

/** Limits of one conversion: the `Limits` of src/convert. */
export const limits = {
  maxBytes: variable('MAX_BYTES', integer(1), 100 * 2 ** 20, 'Max size of a source, in bytes.'),
  maxPixels: optional(
    'MAX_PIXELS',
    integer(1),
    'Max pixels of a source: width times height times the frames that are converted. Defaults to what can fit in the memory budget, at four bytes a pixel.',
  ),
  maxPages: variable('MAX_PAGES', integer(1), 1_000, 'Max pages or frames in a source.'),
  timeoutMs: variable(
    'MAX_CONVERSION_MS',
    integer(1),
    120_000,
    'Max duration of one conversion, in milliseconds.',
  ),
  maxOutputBytes: variable(
    'MAX_OUTPUT_BYTES',
    integer(1),
    512 * 2 ** 20,
    'Max size of an output, in bytes.',
  ),
};

/** Limits shared by all conversions of a process. */
export const capacity = {
  memoryBudgetMb: optional(
    'MEMORY_BUDGET_MB',
    integer(16),
    'Memory for all images in progress, in megabytes; a quarter of it is for their files. Defaults to half of the function’s memory on Lambda, and to 1,024 elsewhere.',
  ),
  concurrency: variable(
    'CONCURRENCY',
    integer(1, 1_000),
    2 * availableParallelism(),
    'Max images in progress. Defaults to two per core.',
  ),
};
