import sharp from 'sharp';
import { defaultLimits, resolveRecipe } from '../src/convert/index.ts';
import { createInlineConverter } from '../src/isolation/inline-converter.ts';
import { createBudget, type PipelineParts, type Upload } from '../src/pipeline/index.ts';
import { createMemoryLedger, createMemoryStore } from './memory.ts';

/** The pipeline on ports in memory, with real conversions. */
export function memoryPipeline(changes: Partial<PipelineParts> = {}) {
  const store = createMemoryStore();
  const ledger = createMemoryLedger();
  const parts: PipelineParts = {
    store,
    ledger,
    converter: createInlineConverter(),
    now: () => performance.now(),
    recipe: resolveRecipe(),
    limits: defaultLimits,
    slots: createBudget(4),
    transfers: createBudget(2 ** 40),
    memory: createBudget(2 ** 30),
    outputPrefix: 'grayscale/',
    processorVersion: 'test',
    ...changes,
  };
  return { parts, store, ledger };
}

/**
 * A small image of one colour: its content, and that of its output, are distinguishable from
 * others.
 */
export async function tinyPng(red: number, green = 0, blue = 0): Promise<Buffer> {
  const background = { r: red, g: green, b: blue };
  return await sharp({ create: { width: 3, height: 2, channels: 3, background } })
    .png()
    .toBuffer();
}

export function uploadOf(key: string, more: Partial<Upload> = {}): Upload {
  return { bucket: 'uploads', key, ...more };
}

/** What an upload does to the source. */
export function sourceObject(bytes: Uint8Array) {
  return { bytes, contentType: 'application/octet-stream', metadata: {} };
}
