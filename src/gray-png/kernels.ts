import type { Kernel, RowKernel } from './kernel.ts';
import { createScriptKernel } from './script-kernel.ts';
import { createWasmKernel, runsWasmKernel } from './wasm-kernel.ts';

const factories = {
  wasm: createWasmKernel,
  script: createScriptKernel,
} as const satisfies Record<string, () => RowKernel | Promise<Kernel>>;

export type KernelKind = keyof typeof factories;

/** Those that nobody uses; never more than were in use at once. */
const idle: Record<KernelKind, (RowKernel | Kernel)[]> = { wasm: [], script: [] };

/** WebAssembly with SIMD, where there is such a thing. */
export function bestKernel(): KernelKind {
  return runsWasmKernel() ? 'wasm' : 'script';
}

/** Lends a kernel that nobody else has meanwhile. */
export async function withKernel<T>(
  kind: KernelKind = bestKernel(),
  use: (kernel: RowKernel | Kernel) => Promise<T>,
): Promise<T> {
  const kernel = idle[kind].pop() ?? (await factories[kind]());
  try {
    return await use(kernel);
  } finally {
    idle[kind].push(kernel);
  }
}
