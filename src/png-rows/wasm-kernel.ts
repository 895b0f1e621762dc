import type { PngKernel } from './kernel.ts';
import { kernelModule } from './kernel-module.ts';

let compiling: Promise<WebAssembly.Module> | undefined;

/** Creates the kernel of assembly/ in its own memory: 1.5 MB. */
export async function createWasmKernel(): Promise<PngKernel> {
  compiling ??= WebAssembly.compile(Buffer.from(kernelModule, 'base64'));
  const { exports } = new WebAssembly.Instance(await compiling, {});
  // Compiled from the sources in assembly/; test/png-rows/kernel-module.test.ts compares them.
  const { sourceEnd, rows, pixels, palette, stripBytes, maxRowBytes, pixelBytes, ...calls } =
    exports as unknown as KernelExports;
  return {
    ...calls,
    sourceEnd: sourceEnd.value,
    rows: rows.value,
    pixels: pixels.value,
    palette: palette.value,
    stripBytes: stripBytes.value,
    maxRowBytes: maxRowBytes.value,
    pixelBytes: pixelBytes.value,
  };
}

type Address =
  | 'sourceEnd'
  | 'rows'
  | 'pixels'
  | 'palette'
  | 'stripBytes'
  | 'maxRowBytes'
  | 'pixelBytes';

type KernelExports = Omit<PngKernel, Address> & Record<Address, { value: number }>;
