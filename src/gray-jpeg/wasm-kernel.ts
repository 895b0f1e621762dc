import type { JpegKernel } from './kernel.ts';
import { kernelModule } from './kernel-module.ts';

let compiling: Promise<WebAssembly.Module> | undefined;

/** Creates the kernel of assembly/ in its own memory: 384 KiB, which grow with the image. */
export async function createWasmKernel(): Promise<JpegKernel> {
  compiling ??= WebAssembly.compile(Buffer.from(kernelModule, 'base64'));
  const { exports } = new WebAssembly.Instance(await compiling, {});
  // Compiled from the sources in assembly/; test/gray-jpeg/kernel-module.test.ts compares them.
  const { source, sourceBytes, counts, codes, moves, output, heapStart, ...calls } =
    exports as unknown as KernelExports;
  return {
    ...calls,
    source: source.value,
    sourceBytes: sourceBytes.value,
    counts: counts.value,
    codes: codes.value,
    moves: moves.value,
    output: output.value,
    heapStart: heapStart.value,
  };
}

type Address = 'source' | 'sourceBytes' | 'counts' | 'codes' | 'moves' | 'output' | 'heapStart';

type KernelExports = Omit<JpegKernel, Address> & Record<Address, { value: number }>;
