import type { ConversionError } from '../../errors.ts';
import type { WasmPixels } from './wasm-decoder.ts';

/** What threads can be asked for, and what they answer. */
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
  | { refusal: Pick<ConversionError, 'code' | 'message'> };
