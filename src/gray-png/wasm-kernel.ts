import type { Kernel } from './kernel.ts';
import { kernelModule } from './kernel-module.ts';

const wasm = Buffer.from(kernelModule, 'base64');

let isValid: boolean | undefined;

/** Whether this engine supports SIMD, which all kernels need. */
export function hasSimd(): boolean {
  isValid ??= WebAssembly.validate(wasm);
  return isValid;
}

/** Throws an error that says what is missing if there is no SIMD. */
export function requireSimd(): void {
  if (hasSimd()) return;
  throw new Error(
    'Expected a processor with SIMD for WebAssembly (SSE4.1 or NEON) but this one has none. Use another machine.',
  );
}

let compiling: Promise<WebAssembly.Module> | undefined;

/** Creates the kernel of assembly/ in its own memory: 3 megabytes. */
export async function createWasmKernel(): Promise<Kernel> {
  compiling ??= WebAssembly.compile(wasm);
  const { exports } = new WebAssembly.Instance(await compiling, {});
  // Compiled from the sources in assembly/; test/gray-png/kernel-module.test.ts compares them.
  const {
    memory,
    source,
    gray,
    filtered,
    output,
    tileBytes,
    margin,
    parts,
    levels,
    borders,
    listed,
    maxListed,
    ...calls
  } = exports as unknown as KernelExports;
  return {
    ...calls,
    heap: new Uint8Array(memory.buffer),
    source: source.value,
    gray: gray.value,
    filtered: filtered.value,
    output: output.value,
    tileBytes: tileBytes.value,
    margin: margin.value,
    parts: parts.value,
    levels: levels.value,
    borders: borders.value,
    listed: listed.value,
    maxListed: maxListed.value,
  };
}

type Address =
  | 'source'
  | 'gray'
  | 'filtered'
  | 'output'
  | 'tileBytes'
  | 'margin'
  | 'parts'
  | 'levels'
  | 'borders'
  | 'listed'
  | 'maxListed';

type KernelExports = Omit<Kernel, Address | 'heap'> &
  Record<Address, { value: number }> & { memory: WebAssembly.Memory };
