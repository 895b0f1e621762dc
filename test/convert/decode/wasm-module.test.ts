import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { wasmModule, withMemoryLimit } from '../../../src/convert/decode/wasm/wasm-module.ts';
import { temporaryFolder } from '../../../testing/temporary-folder.ts';

const page = 2 ** 16;
const head = Buffer.from('\0asm\x01\0\0\0', 'latin1');
/** Exports its memory as "m". */
const tail = Buffer.of(7, 5, 1, 1, 0x6d, 2, 0);

function moduleOf(...limits: number[]): Buffer {
  return Buffer.concat([head, Buffer.of(5, limits.length + 1, 1, ...limits), tail]);
}

describe('a module’s memory grows up to the limit and no further', () => {
  test.each([
    ['of one without a limit', moduleOf(0, 1)],
    ['of one with a higher limit', moduleOf(1, 1, 0x80, 0x80, 1)],
  ])('%s', async (_, wasm) => {
    const path = join(await temporaryFolder(), 'module.wasm');
    await writeFile(path, wasm);
    const instance = new WebAssembly.Instance(await wasmModule(path, 4 * page), {});
    const memory = instance.exports.m as WebAssembly.Memory & { grow(pages: number): number };
    expect(memory.grow(3)).toBe(1);
    expect(memory.buffer.byteLength).toBe(4 * page);
    expect(() => memory.grow(1)).toThrow(RangeError);
  });
});

test('limits in between share the module of the next power of two', async () => {
  const path = join(await temporaryFolder(), 'module.wasm');
  await writeFile(path, moduleOf(0, 1));
  expect(await wasmModule(path, 3 * page)).toBe(await wasmModule(path, 4 * page));
  expect(await wasmModule(path, 5 * page)).not.toBe(await wasmModule(path, 4 * page));
});

test('a missing file is retried on the next call', async () => {
  const path = join(await temporaryFolder(), 'module.wasm');
  await expect(wasmModule(path, page)).rejects.toThrow('ENOENT');
  await writeFile(path, moduleOf(0, 1));
  await expect(wasmModule(path, page)).resolves.toBeDefined();
});

test('a limit below the module’s initial memory is raised to it', () => {
  expect(withMemoryLimit(moduleOf(0, 3), 2)).toEqual(Uint8Array.from(moduleOf(1, 3, 3)));
});

test('a module without memory is rejected', () => {
  expect(() => withMemoryLimit(head, 1)).toThrow('its own memory');
});
