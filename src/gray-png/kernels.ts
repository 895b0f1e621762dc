import type { Kernel } from './kernel.ts';
import { createWasmKernel } from './wasm-kernel.ts';

// Module state on purpose: a kernel keeps no image data, so all callers can share idle kernels. One
// kernel per caller would only use memory.

/** Idle kernels, never more than were in use at the same time. */
const idle: Kernel[] = [];

/** Lends a kernel to one caller at a time. */
export async function withKernel<T>(use: (kernel: Kernel) => Promise<T>): Promise<T> {
  const kernel = idle.pop() ?? (await createWasmKernel());
  try {
    return await use(kernel);
  } finally {
    idle.push(kernel);
  }
}
