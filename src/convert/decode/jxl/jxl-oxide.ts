import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { InitOutput } from 'jxl-oxide-wasm';
import { wasmModule } from '../wasm/wasm-module.ts';

/** A JPEG XL file in its own instance of jxl-oxide. */
export interface JxlOxide {
  /** Counts the complete frames. */
  frameCount(): number;
  isComplete(): boolean;
  /** The first frame, upright, with its colour profile if its colours have no code points. */
  render(): { png: Uint8Array; icc: Uint8Array };
}

/** The table holds the JavaScript values that the module references, for example its errors. */
type Exports = InitOutput & { __wbindgen_export_2: WebAssembly.Table };

/**
 * Returns a new instance for one image, whose memory cannot exceed `maxBytes`. The package’s own
 * JavaScript creates a single permanent instance, so its exports are called directly, as its types
 * describe them; package.json pins its version.
 */
export async function loadJxlOxide(maxBytes: number): Promise<(bytes: Uint8Array) => JxlOxide> {
  const directory = dirname(createRequire(import.meta.url).resolve('jxl-oxide-wasm/package.json'));
  const module = await wasmModule(join(directory, 'jxl_oxide_wasm_bg.wasm'), maxBytes);
  const wasm = instantiate(module);
  return (bytes) => open(wasm, bytes);
}

function open(wasm: Exports, bytes: Uint8Array): JxlOxide {
  function throwIf(hasFailed: number, index: number): void {
    if (hasFailed) throw new Error(String(wasm.__wbindgen_export_2.get(index)));
  }

  function bytesAt(start: number, length: number): Uint8Array {
    return new Uint8Array(wasm.memory.buffer, start >>> 0, length).slice();
  }

  const image = wasm.jxlimage_new();
  const [, feedError, hasFeedFailed] = feed(wasm, image, bytes);
  throwIf(hasFeedFailed, feedError);
  const [isReady, initError, hasInitFailed] = wasm.jxlimage_tryInit(image);
  throwIf(hasInitFailed, initError);
  if (!isReady) throw new Error('the header is truncated');

  return {
    frameCount: () => wasm.jxlimage_num_loaded_keyframes(image),
    isComplete: () => wasm.jxlimage_is_loading_done(image) !== 0,
    render() {
      const [frame, error, hasFailed] = wasm.jxlimage_render(image, 0);
      throwIf(hasFailed, error);
      const icc = bytesAt(...wasm.renderresult_icc_profile(frame));
      const [start, length, pngError, hasPngFailed] = wasm.renderresult_encodeToPng(frame);
      throwIf(hasPngFailed, pngError);
      return { png: bytesAt(start, length), icc };
    },
  };
}

function feed(wasm: Exports, image: number, bytes: Uint8Array): [number, number, number] {
  const start = wasm.__wbindgen_malloc(bytes.length, 1) >>> 0;
  new Uint8Array(wasm.memory.buffer).set(bytes, start);
  return wasm.jxlimage_feedBytes(image, start, bytes.length);
}

function instantiate(module: WebAssembly.Module): Exports {
  const text = (start: number, length: number) =>
    new TextDecoder().decode(new Uint8Array(wasm.memory.buffer, start >>> 0, length));

  /**
   * The module’s imports, without the hash suffixes of their names. The others are for browsers.
   */
  const known: Record<string, (...args: number[]) => unknown> = {
    __wbindgen_throw: (start = 0, length = 0) => {
      throw new Error(text(start, length));
    },
    __wbindgen_string_new: (start = 0, length = 0) => text(start, length),
    __wbindgen_is_undefined: (value) => value === undefined,
    // The module expects these constants in the first entries.
    __wbindgen_init_externref_table: () => {
      const table = wasm.__wbindgen_export_2;
      const offset = table.grow(4);
      table.set(0, undefined);
      [undefined, null, true, false].forEach((value, i) => void table.set(offset + i, value));
    },
    // The module looks up the browser’s name, which an empty object does not have.
    __wbg_static_accessor_GLOBAL_THIS: () => {
      const index = wasm.__externref_table_alloc();
      wasm.__wbindgen_export_2.set(index, {});
      return index;
    },
  };

  const imports = WebAssembly.Module.imports(module).map(({ name }) => [
    name,
    known[name] ?? known[name.replace(/_[0-9a-f]{16}$/, '')] ?? (() => 0),
  ]);
  const instance = new WebAssembly.Instance(module, { wbg: Object.fromEntries(imports) });
  const wasm = instance.exports as unknown as Exports;
  wasm.__wbindgen_start();
  return wasm;
}
