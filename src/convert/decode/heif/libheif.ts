import { createRequire } from 'node:module';
import type { MainModule } from 'libheif-js/libheif-wasm/libheif.js';
import { textAt } from '../../formats/bytes.ts';
import { unsupportedVariant } from '../wasm/wasm-errors.ts';
import { wasmModule } from '../wasm/wasm-module.ts';

/** An instance of libheif: its C interface, where pointers are numbers. */
export interface Libheif {
  c: CInterface;
  /** Calls a function that returns a `heif_error`, and throws if it reports a failure. */
  call(name: FailingFunction, ...args: number[]): void;
  pointerAt(address: number): number;
}

type CInterface = MainModule & { HEAPU8: Uint8Array; HEAPU32: Uint32Array };

type FailingFunction = {
  [Name in keyof MainModule]: MainModule[Name] extends (...args: never[]) => void ? Name : never;
}[keyof MainModule];

/** `heif_error_Unsupported_feature` in libheif’s heif_error.h. */
const unsupportedFeature = 4;

interface Overrides {
  instantiateWasm(
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance) => void,
  ): WebAssembly.Exports;
  print(): void;
  printErr(): void;
}

/** Returns a new instance whose memory cannot exceed `maxBytes`. */
export async function loadLibheif(maxBytes: number): Promise<Libheif> {
  const { default: factory } = await import('libheif-js/libheif-wasm/libheif.js');
  const path = createRequire(import.meta.url).resolve('libheif-js/libheif-wasm/libheif.wasm');
  const module = await wasmModule(path, maxBytes);
  const overrides: Overrides = {
    instantiateWasm(imports, receive) {
      const instance = new WebAssembly.Instance(module, imports);
      receive(instance);
      return instance.exports;
    },
    print: () => {},
    printErr: () => {},
  };
  // Its types declare a default export, but the module is the function itself.
  return libheif((factory as unknown as (overrides: Overrides) => CInterface)(overrides));
}

function libheif(c: CInterface): Libheif {
  const error = c._malloc(12);
  // The heap is a new array after each memory growth.
  const pointerAt = (address: number) => c.HEAPU32[address >> 2] ?? 0;
  return {
    c,
    pointerAt,
    call(name, ...args) {
      (c[name] as (...args: number[]) => void)(error, ...args);
      if (pointerAt(error) === 0) return;
      const reason = cString(c.HEAPU8, pointerAt(error + 8));
      if (pointerAt(error) !== unsupportedFeature) throw new Error(reason);
      throw unsupportedVariant('HEIC', `one that libheif does not decode (${reason})`);
    },
  };
}

function cString(heap: Uint8Array, start: number): string {
  return textAt(heap, start, heap.indexOf(0, start));
}
