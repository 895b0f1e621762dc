import { availableParallelism } from 'node:os';
import { type Config, environmentWithoutSecrets } from '../config/index.ts';
import type { Limits } from '../convert/index.ts';
import { tuneSharp } from '../convert/load-sharp.ts';
import { createInlineConverter } from '../isolation/inline-converter.ts';
import type { ProcessConverter } from '../isolation/process-converter.ts';
import { type Budget, type Converter, createBudget } from '../pipeline/index.ts';
import { createFileStore, type FileStore } from '../storage/file-store.ts';

/** Where files are read and written, and the limits of their conversion. */
export interface FileConversion {
  store: FileStore;
  limits: Limits;
  memory: Budget;
}

export function openFileConversion(config: Config): FileConversion {
  tuneSharp();
  return {
    store: createFileStore(),
    limits: limitsWithin(config, memoryBudgetBytes(config)),
    memory: createBudget(memoryBudgetBytes(config)),
  };
}

/**
 * Opens a converter for `fileCount` files. A single file is converted in this process, because most
 * images convert faster than a process starts. Several go to one process per core, so that a crash
 * affects only one of them.
 */
export async function openConverter(fileCount: number): Promise<Converter> {
  if (fileCount === 1) return createInlineConverter();
  return await openProcessConverter({ maxProcesses: fileCount });
}

/** Opens converter processes: one per core, up to `maxProcesses`. */
export async function openProcessConverter({
  maxProcesses,
  ...options
}: {
  maxProcesses: number;
  niceness?: number;
}): Promise<ProcessConverter> {
  const { createProcessConverter } = await import('../isolation/process-converter.ts');
  const processes = Math.min(maxProcesses, availableParallelism());
  return createProcessConverter({ processes, env: environmentWithoutSecrets(), ...options });
}

/** No conversion needs less: the cheapest, of a PNG to a PNG, needs four and a half. */
const minBytesPerPixel = 4;

/**
 * The limits of a conversion within this memory. Without `MAX_PIXELS`, only what cannot fit is
 * rejected by its pixels, before anything else is read; the rest is left to the memory estimate.
 */
export function limitsWithin({ limits }: Pick<Config, 'limits'>, memoryBytes: number): Limits {
  const { maxPixels = Math.floor(memoryBytes / minBytesPerPixel), ...rest } = limits;
  return { ...rest, maxPixels };
}

export function memoryBudgetBytes({
  capacity: { memoryBudgetMb },
  aws: { lambdaMemoryMb },
}: Pick<Config, 'capacity' | 'aws'>): number {
  const megabytes = memoryBudgetMb ?? (lambdaMemoryMb ? lambdaMemoryMb / 2 : 1_024);
  return megabytes * 2 ** 20;
}
