import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { kernelModule } from '../../src/png-rows/kernel-module.ts';
import { compileAssembly } from '../../tools/compile-assembly.ts';
import { kernelModuleText } from '../../tools/kernel-module-text.ts';

const file = join(import.meta.dirname, '../../src/png-rows/kernel-module.ts');

test('the module is what its sources compile to: npm run kernel', async () => {
  const wasm = compileAssembly('png-rows');
  expect(await readFile(file, 'utf8')).toBe(kernelModuleText(wasm));
});

test('the module has no imports, its memory cannot grow, and its buffers do not overlap the compiler’s data', async () => {
  const module = await WebAssembly.compile(Uint8Array.from(Buffer.from(kernelModule, 'base64')));
  expect(WebAssembly.Module.imports(module)).toEqual([]);
  const { endOfMemory, memory } = new WebAssembly.Instance(module, {}).exports as {
    endOfMemory(): number;
    memory: { buffer: ArrayBuffer; grow(pages: number): number };
  };
  expect(endOfMemory()).toBeLessThanOrEqual(0x170000);
  expect(memory.buffer.byteLength).toBe(24 * 2 ** 16);
  expect(() => memory.grow(1)).toThrow(RangeError);
});
