import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { kernelModule } from '../../src/gray-png/kernel-module.ts';
import { compileAssembly } from '../../tools/compile-assembly.ts';
import { kernelModuleText } from '../../tools/kernel-module-text.ts';

const file = join(import.meta.dirname, '../../src/gray-png/kernel-module.ts');

test('the module is what its sources compile to: npm run kernel', async () => {
  const wasm = compileAssembly('gray-png');
  expect(Buffer.from(kernelModule, 'base64').equals(wasm)).toBe(true);
  expect(await readFile(file, 'utf8')).toBe(kernelModuleText(wasm));
});

test('the module has no imports, and its memory cannot grow', async () => {
  const module = await WebAssembly.compile(Uint8Array.from(Buffer.from(kernelModule, 'base64')));
  expect(WebAssembly.Module.imports(module)).toEqual([]);
  const { memory } = new WebAssembly.Instance(module, {}).exports as {
    memory: { buffer: ArrayBuffer; grow(pages: number): number };
  };
  expect(memory.buffer.byteLength).toBe(46 * 2 ** 16);
  expect(() => memory.grow(1)).toThrow(RangeError);
});
