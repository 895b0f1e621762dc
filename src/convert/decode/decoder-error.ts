import { ConversionError } from '../errors.ts';
import { type InputFormat, inputFormats } from '../formats/input-formats.ts';

/**
 * Awaits the decoder. A rejected image becomes `CORRUPT_IMAGE` with the decoder’s reason in the
 * message.
 */
export async function mapDecoderErrors<Result>(
  format: InputFormat,
  decoding: Promise<Result>,
): Promise<Result> {
  try {
    return await decoding;
  } catch (error) {
    throw isRejection(error) ? corruptImage(format, reasonOf(error), error) : error;
  }
}

/**
 * The messages of libvips and sharp. libheif’s memory error means that its own limit was exceeded.
 */
const ranOutOfMemory = /out of memory --|Could not allocate enough memory/;

/**
 * Decoders fail with a plain `Error`; a `TypeError` is a bug in this program. Running out of memory
 * is not the image’s fault either, and a retry may succeed.
 */
function isRejection(error: unknown): error is Error {
  return error instanceof Error && error.name === 'Error' && !ranOutOfMemory.test(error.message);
}

/** For a damaged image; the reason completes the sentence, in brackets. */
export function corruptImage(
  format: InputFormat,
  reason: string,
  cause?: unknown,
): ConversionError {
  return new ConversionError(
    'CORRUPT_IMAGE',
    `Expected a complete ${inputFormats[format].name} image but its data is damaged or truncated (${reason}). Use an intact copy.`,
    { cause },
  );
}

const noise = /^(source: bad seek|Unknown error|Warning treated as error)/;

/**
 * The most useful line, for people to read. It must not decide whether the image is at fault:
 * libvips keeps the messages of all running images in one buffer, so it may be about another one.
 */
function reasonOf({ message }: Error): string {
  const lines = message
    .replaceAll('Input buffer has corrupt header:', '')
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim());
  const reason = lines.find((line) => line !== '' && !noise.test(line));
  return reason ? `libvips: ${reason.slice(0, 160)}` : 'libvips gave no reason';
}
