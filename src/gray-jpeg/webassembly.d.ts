// Adds to the declarations in src/convert/decode/wasm/webassembly.d.ts.

declare namespace WebAssembly {
  interface Memory {
    /** Adds pages of 64 KiB. Throws `RangeError` if there is no memory left. */
    grow(pages: number): number;
  }
}
