import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { kernelModule } from '../../src/gray-jpeg/kernel-module.ts';
import { compileAssembly } from '../../tools/compile-assembly.ts';
import { kernelModuleText } from '../../tools/kernel-module-text.ts';

const file = join(import.meta.dirname, '../../src/gray-jpeg/kernel-module.ts');

test('the module is what its sources compile to: npm run kernel', async () => {
  const wasm = compileAssembly('gray-jpeg');
  expect(await readFile(file, 'utf8')).toBe(kernelModuleText(wasm));
});

test('the module has no imports, and its buffers do not overlap the compiler’s data', async () => {
  const module = await WebAssembly.compile(Uint8Array.from(Buffer.from(kernelModule, 'base64')));
  expect(WebAssembly.Module.imports(module)).toEqual([]);
  const { endOfMemory, heapStart } = new WebAssembly.Instance(module, {}).exports as {
    endOfMemory(): number;
    heapStart: { value: number };
  };
  expect(endOfMemory()).toBeLessThanOrEqual(0x58000);
  expect(heapStart.value).toBe(6 * 2 ** 16);
});
