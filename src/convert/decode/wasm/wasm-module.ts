import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const pageBytes = 2 ** 16;
const maxMemoryPages = 2 ** 16;
const memorySection = 5;

const modules = new Map<string, Promise<WebAssembly.Module>>();

/**
 * Compiles the module of a file with its memory limited to `maxBytes`, rounded up to a power of two
 * to compile few variants. Each image gets its own instance: WebAssembly memory never shrinks, and
 * an instance that trapped is unusable.
 */
export function wasmModule(path: string, maxBytes: number): Promise<WebAssembly.Module> {
  const pages = Math.min(2 ** Math.ceil(Math.log2(maxBytes / pageBytes)), maxMemoryPages);
  const key = `${pages} ${path}`;
  const known = modules.get(key);
  if (known) return known;
  const compiling = compile(path, pages);
  modules.set(key, compiling);
  // Lets a later call retry a file that could not be read.
  compiling.catch(() => modules.delete(key));
  return compiling;
}

/** Returns the path of a file in a package. A build has a copy of the file next to this module. */
export function wasmFile(specifier: string): string {
  const copy = fileURLToPath(new URL(`./${basename(specifier)}`, import.meta.url));
  return existsSync(copy) ? copy : createRequire(import.meta.url).resolve(specifier);
}

async function compile(path: string, pages: number): Promise<WebAssembly.Module> {
  return await WebAssembly.compile(withMemoryLimit(await readFile(path), pages));
}

/**
 * Sets the limit in the file’s memory section:
 * https://webassembly.github.io/spec/core/binary/modules.html#memory-section
 */
export function withMemoryLimit(wasm: Uint8Array, maxPages: number): Uint8Array<ArrayBuffer> {
  for (let at = 8; at < wasm.length; ) {
    const size = leb128At(wasm, at + 1);
    const end = size.next + size.value;
    if (wasm[at] === memorySection) {
      const minPages = leb128At(wasm, size.next + 2).value;
      const limits = [1, 1, ...leb128(minPages), ...leb128(Math.max(minPages, maxPages))];
      const section = [memorySection, ...leb128(limits.length), ...limits];
      return concat(wasm.subarray(0, at), Uint8Array.from(section), wasm.subarray(end));
    }
    at = end;
  }
  throw new Error('Expected a WebAssembly module with its own memory');
}

function concat(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function leb128At(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let shift = 1, next = at; next < at + 5; next++, shift *= 128) {
    const byte = bytes[next] ?? 0;
    value += (byte & 0x7f) * shift;
    if (byte < 0x80) return { value, next: next + 1 };
  }
  throw new Error('Expected a LEB128 number of 32 bits');
}

function leb128(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb128(value >>> 7)];
}
