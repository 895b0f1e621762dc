import { createRequire } from 'node:module';
import type { OpenJpeg } from '@cornerstonejs/codec-openjpeg/decodewasmjs';
import { wasmModule } from '../wasm/wasm-module.ts';

/** Samples of one or three components, two bytes each if they have more than 8 bits. */
interface OpenJpegImage {
  width: number;
  height: number;
  componentCount: number;
  /** Bits per sample. */
  depth: number;
  samples: Uint8Array | Uint16Array;
}

/** Returns a new instance for one image, whose memory cannot exceed `maxBytes`. */
export async function loadOpenJpeg(
  maxBytes: number,
): Promise<(bytes: Uint8Array) => OpenJpegImage> {
  const { default: load } = await import('@cornerstonejs/codec-openjpeg/decodewasmjs');
  const path = createRequire(import.meta.url).resolve('@cornerstonejs/codec-openjpeg/decodewasm');
  const module = await wasmModule(path, maxBytes);
  const errors: string[] = [];
  const note = (line: string) => {
    if (line.startsWith('[ERROR]')) errors.push(line.slice('[ERROR] '.length));
  };
  const openJpeg = await load({
    instantiateWasm(imports, receive) {
      const instance = new WebAssembly.Instance(module, imports);
      receive(instance);
      return instance.exports;
    },
    print: note,
    printErr: note,
  });
  return (bytes) => decode(openJpeg, bytes, errors);
}

function decode({ J2KDecoder }: OpenJpeg, bytes: Uint8Array, errors: string[]): OpenJpegImage {
  const decoder = new J2KDecoder();
  decoder.getEncodedBuffer(bytes.length).set(bytes);
  try {
    decoder.decode();
  } catch (error) {
    // OpenJPEG throws the address of a C++ exception.
    throw new Error(errors[0] ?? 'OpenJPEG failed', { cause: error });
  }
  const { width, height, bitsPerSample, componentCount } = decoder.getFrameInfo();
  if (width === 0 || errors.length > 0) throw new Error(errors[0] ?? 'OpenJPEG failed');
  const { buffer } = decoder.getDecodedBuffer();
  const samples = bitsPerSample > 8 ? new Uint16Array(buffer) : new Uint8Array(buffer);
  return { width, height, componentCount, depth: bitsPerSample, samples };
}
