// The package ships no types.
declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  export interface OpenJpeg {
    J2KDecoder: new () => J2KDecoder;
  }

  export interface J2KDecoder {
    /** Memory for the file; fill it before the next call. */
    getEncodedBuffer(length: number): Uint8Array;
    /** On failure, throws or leaves the frame at 0 x 0. */
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
