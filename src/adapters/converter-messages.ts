import type { GrayImage, Limits, Recipe, SentError } from '../convert/index.ts';

/** What a converter’s process is asked: to read an image’s header, and then to convert it. */
export type ConverterRequest = { open: OpenRequest } | { convert: true };

export interface OpenRequest {
  bytes: Uint8Array;
  recipe: Recipe;
  limits: Limits;
}

/** What it says when it has started. */
export const readyMessage = 'ready';

export type ConverterResult = { memoryBytes: number } | { image: GrayImage };

export type ConverterReply = ConverterResult | { error: SentError };
