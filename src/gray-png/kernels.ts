import type { Kernel } from './kernel.ts';
import { createWasmKernel } from './wasm-kernel.ts';

/** Those that nobody uses; never more than were in use at once. */
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
