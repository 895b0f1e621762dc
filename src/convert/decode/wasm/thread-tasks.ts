import type { ConversionError } from '../../errors.ts';
import type { RowFacts } from '../rows/decode-rows.ts';
import type { WasmHeader, WasmPixels } from './wasm-decoder.ts';

/** The tasks of a decoder thread and their results. */
export interface ThreadTasks {
  decodeHeif: WasmPixels;
  decodeJp2: WasmPixels;
  renderJxl: { png: Uint8Array; icc: Uint8Array };
  countJxlFrames: { frames: number };
  readMagickHeader: WasmHeader;
  decodeMagick: WasmPixels;
  /** Its rows come in bands before. */
  decodeRows: { isWhole: boolean };
}

export interface ThreadRequest {
  task: keyof ThreadTasks;
  bytes: Uint8Array<ArrayBuffer>;
  rows?: RowsTask;
}

export interface RowsTask {
  facts: RowFacts;
  maxPixels: number;
}

/** Some rows of the task that is running. Its buffer is sent back when it can be used again. */
export interface Band {
  band: Uint8Array<ArrayBuffer>;
}

export type ThreadReply =
  | { result: ThreadTasks[keyof ThreadTasks] }
  | { rejection: Pick<ConversionError, 'code' | 'message'> };
