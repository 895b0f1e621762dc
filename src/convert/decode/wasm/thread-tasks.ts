import type { ConversionError } from '../../errors.ts';
import type { WasmPixels } from './wasm-decoder.ts';

/** The tasks of a decoder thread and their results. */
export interface ThreadTasks {
  decodeHeif: WasmPixels;
  decodeJp2: WasmPixels;
  renderJxl: { png: Uint8Array; icc: Uint8Array };
  countJxlFrames: { frames: number };
}

export interface ThreadRequest {
  task: keyof ThreadTasks;
  bytes: Uint8Array<ArrayBuffer>;
}

export type ThreadReply =
  | { result: ThreadTasks[keyof ThreadTasks] }
  | { rejection: Pick<ConversionError, 'code' | 'message'> };
