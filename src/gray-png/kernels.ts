import type { Kernel } from './kernel.ts';
import { createWasmKernel } from './wasm-kernel.ts';

// Module state on purpose: a kernel keeps nothing of an image, so all callers can share what was
// compiled, and a kernel for each caller would only take memory.

/** Idle kernels; never more than were in use at the same time. */
const idle: Kernel[] = [];

/** Lends a kernel that nobody else has meanwhile. */
export async function withKernel<T>(use: (kernel: Kernel) => Promise<T>): Promise<T> {
  const kernel = idle.pop() ?? (await createWasmKernel());
  try {
    return await use(kernel);
  } finally {
    idle.push(kernel);
  }
}
