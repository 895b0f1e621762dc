import {
  ConversionError,
  type ConversionErrorCode,
  type GrayImage,
  type ImageSession,
  type Limits,
  type OwnBytes,
  type Recipe,
} from '../convert/index.ts';
import type { Thumbnail } from '../convert/thumbnail.ts';

// Bytes go through a separate pipe, before or after the message that states their number. In a
// message they would be copied several times, and would block the process meanwhile.

/** A request to a converter’s process: read an image’s header, or convert the image. */
export type ConverterRequest = { open: OpenRequest } | { convert: true };

export interface OpenRequest {
  bytes: Uint8Array;
  job: Job;
  limits: Limits;
}

/** The output of a job: a grayscale image, or a thumbnail of one. */
export type Job = { recipe: Recipe } | { thumbnailWidth: number };

export type OpenReply = Pick<ImageSession, 'header' | 'memoryBytes'>;

export type ConverterResult = OpenReply | { image: GrayImage | Thumbnail };

export type ConverterReply = ConverterResult | { error: ErrorMessage };

/** An error in message form; with a code it is a `ConversionError`. */
interface ErrorMessage {
  name: string;
  message: string;
  stack: string | undefined;
  code?: ConversionErrorCode;
}

/** A message and its bytes, kept apart. */
export interface Envelope<Message> {
  message: Message;
  sizeBytes: number;
}

/**
 * File descriptor of the pipe in the child; 0 to 2 are its standard streams and 3 is the message
 * channel.
 */
export const bytesDescriptor = 4;

const nothing = new Uint8Array();

/** Separates a request from its bytes. */
export function packRequest(request: ConverterRequest): Packed<ConverterRequest> {
  if (!('open' in request)) return pack(request, nothing);
  const { bytes, ...open } = request.open;
  return pack({ open: { ...open, bytes: nothing } }, bytes);
}

export function unpackRequest(request: ConverterRequest, bytes: Uint8Array): ConverterRequest {
  return 'open' in request ? { open: { ...request.open, bytes } } : request;
}

/** Separates a reply from its bytes. */
export function packReply(reply: ConverterReply): Packed<ConverterReply> {
  if (!('image' in reply)) return pack(reply, nothing);
  const { bytes, ...image } = reply.image;
  return pack({ image: { ...image, bytes: nothing } }, bytes);
}

export function unpackReply(reply: ConverterReply, bytes: Uint8Array): ConverterReply {
  // They were read from a pipe, into memory that is not shared.
  return 'image' in reply ? { image: { ...reply.image, bytes: bytes as OwnBytes } } : reply;
}

/** Converts an error to a message; {@link unpackError} reverses it in the other process. */
export function packError(error: unknown): ErrorMessage {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack, ...(error instanceof ConversionError && { code: error.code }) };
}

/**
 * Restores the same class and message, so that callers need not know where the error was thrown.
 */
export function unpackError({ name, message, stack, code }: ErrorMessage): Error {
  const error = code ? new ConversionError(code, message) : new Error(message);
  return Object.assign(error, { name, stack });
}

interface Packed<Message> {
  envelope: Envelope<Message>;
  bytes: Uint8Array;
}

function pack<Message>(message: Message, bytes: Uint8Array): Packed<Message> {
  return { envelope: { message, sizeBytes: bytes.byteLength }, bytes };
}
