// Besides what src/convert/decode/wasm/webassembly.d.ts declares.

declare namespace WebAssembly {
  /** Also false for what this engine does not know yet, or was built without. */
  function validate(bytes: Uint8Array): boolean;
}
