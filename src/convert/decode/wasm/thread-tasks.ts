import type { ConversionError } from '../../errors.ts';
import type { WasmHeader, WasmPixels } from './wasm-decoder.ts';

/** The tasks of a decoder thread and their results. */
export interface ThreadTasks {
  decodeHeif: WasmPixels;
  decodeJp2: WasmPixels;
  renderJxl: { png: Uint8Array; icc: Uint8Array };
  countJxlFrames: { frames: number };
  readMagickHeader: WasmHeader;
  decodeMagick: WasmPixels;
}

export interface ThreadRequest {
  task: keyof ThreadTasks;
  bytes: Uint8Array<ArrayBuffer>;
}

export type ThreadReply =
  | { result: ThreadTasks[keyof ThreadTasks] }
  | { rejection: Pick<ConversionError, 'code' | 'message'> };
