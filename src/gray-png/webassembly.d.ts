// Adds to the declarations in src/convert/decode/wasm/webassembly.d.ts.

declare namespace WebAssembly {
  /** Also false for features that this engine lacks. */
  function validate(bytes: Uint8Array): boolean;
}
