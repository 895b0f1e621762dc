import {
  ConversionError,
  type ConversionErrorCode,
  type GrayImage,
  type ImageSession,
  type Limits,
  type Recipe,
} from '../convert/index.ts';
import type { Thumbnail } from '../convert/thumbnail.ts';

// Bytes go through a pipe of their own, before or after the message that tells how many they are: in a
// message they would be copied whole, several times, while nothing else of the process goes on.

/** What a converter’s process is asked: to read an image’s header, and then to convert it. */
export type ConverterRequest = { open: OpenRequest } | { convert: true };

export interface OpenRequest {
  bytes: Uint8Array;
  job: Job;
  limits: Limits;
}

/** What is made of an image: its gray twin, or a thumbnail of what is one. */
export type Job = { recipe: Recipe } | { thumbnailWidth: number };

export type OpenReply = Pick<ImageSession, 'header' | 'memoryBytes'>;

export type ConverterResult = OpenReply | { image: GrayImage | Thumbnail };

export type ConverterReply = ConverterResult | { error: ErrorMessage };

/** An error as a message can hold it: with a code it is a `ConversionError`. */
interface ErrorMessage {
  name: string;
  message: string;
  stack: string | undefined;
  code?: ConversionErrorCode;
}

/** A message beside its bytes, which are missing in it. */
export interface Envelope<Message> {
  message: Message;
  sizeBytes: number;
}

/** Of the pipe in the child; 0 to 2 are its own output and 3 is the channel of messages. */
export const bytesDescriptor = 4;

const nothing = new Uint8Array();

/** A request apart from its bytes. */
export function packRequest(request: ConverterRequest): Packed<ConverterRequest> {
  if (!('open' in request)) return pack(request, nothing);
  const { bytes, ...open } = request.open;
  return pack({ open: { ...open, bytes: nothing } }, bytes);
}

export function unpackRequest(request: ConverterRequest, bytes: Uint8Array): ConverterRequest {
  return 'open' in request ? { open: { ...request.open, bytes } } : request;
}

/** A reply apart from its bytes. */
export function packReply(reply: ConverterReply): Packed<ConverterReply> {
  if (!('image' in reply)) return pack(reply, nothing);
  const { bytes, ...image } = reply.image;
  return pack({ image: { ...image, bytes: nothing } }, bytes);
}

export function unpackReply(reply: ConverterReply, bytes: Uint8Array): ConverterReply {
  return 'image' in reply ? { image: { ...reply.image, bytes } } : reply;
}

/** To be undone by {@link unpackError} on the other side. */
export function packError(error: unknown): ErrorMessage {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack, ...(error instanceof ConversionError && { code: error.code }) };
}

/** The same class and words: whoever catches it need not know where it was thrown. */
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
