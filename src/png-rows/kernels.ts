import type { PngKernel } from './kernel.ts';

// Module state on purpose: a kernel keeps no image data, so all callers can share idle kernels.

/** Idle kernels, never more than were in use at the same time. */
const idle: PngKernel[] = [];

/** Lends a kernel to one caller at a time. The module is loaded only when it is needed. */
export async function withKernel<T>(use: (kernel: PngKernel) => Promise<T>): Promise<T> {
  const kernel = idle.pop() ?? (await (await import('./wasm-kernel.ts')).createWasmKernel());
  try {
    return await use(kernel);
  } finally {
    idle.push(kernel);
  }
}
