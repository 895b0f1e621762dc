// The parts of WebAssembly in use. TypeScript declares its types only in the browser library, which
// would also declare `window` and `document`.

declare namespace WebAssembly {
  class Module {
    private constructor();
    static imports(module: Module): { module: string; name: string }[];
  }
  class Instance {
    constructor(module: Module, imports: Imports);
    readonly exports: Exports;
  }
  class Memory {
    private constructor();
    readonly buffer: ArrayBuffer;
  }
  class Table {
    private constructor();
    get(index: number): unknown;
    set(index: number, value: unknown): void;
    grow(delta: number): number;
  }
  type Imports = Record<string, Record<string, unknown>>;
  type Exports = Record<string, unknown>;
  function compile(bytes: Uint8Array<ArrayBuffer>): Promise<Module>;
}
