// The package has no types of its own.
declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  export interface OpenJpeg {
    J2KDecoder: new () => J2KDecoder;
  }

  export interface J2KDecoder {
    /** Memory for the file, to be filled at once. */
    getEncodedBuffer(length: number): Uint8Array;
    /** Leaves the frame at 0 x 0 where it fails, or throws. */
    decode(): void;
    getFrameInfo(): {
      width: number;
      height: number;
      bitsPerSample: number;
      componentCount: number;
    };
    getDecodedBuffer(): Uint8ClampedArray<ArrayBuffer>;
  }

  export interface Overrides {
    instantiateWasm(
      imports: WebAssembly.Imports,
      receive: (instance: WebAssembly.Instance) => void,
    ): WebAssembly.Exports;
    print(line: string): void;
    printErr(line: string): void;
  }

  export default function load(overrides: Overrides): Promise<OpenJpeg>;
}
