import { ConversionError } from '../errors.ts';
import { type InputFormat, inputFormats } from '../formats/input-formats.ts';

/** Awaits the decoder; what it refuses is a `CORRUPT_IMAGE` with its own reason in the message. */
export async function orCorrupt<Result>(
  format: InputFormat,
  decoding: Promise<Result>,
): Promise<Result> {
  try {
    return await decoding;
  } catch (error) {
    throw isRefusal(error) ? corruptImage(format, error) : error;
  }
}

/** As libvips and sharp put it. What libheif calls a memory error is a limit that it keeps. */
const ranOutOfMemory = /out of memory --|Could not allocate enough memory/;

/**
 * The decoder’s failures are plain `Error`s: a `TypeError` is a bug of ours. Memory that ran out
 * is not the image’s fault either, and may be there at the next try.
 */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === 'Error' && !ranOutOfMemory.test(error.message);
}

function corruptImage(format: InputFormat, cause: Error): ConversionError {
  return new ConversionError(
    'CORRUPT_IMAGE',
    `Expected a whole ${inputFormats[format].name} image but its data are damaged or cut off (${reasonOf(cause)}). Upload it again from the original.`,
    { cause },
  );
}

const noise = /^(source: bad seek|Unknown error|Warning treated as error)/;

/**
 * The most telling line, for people to read. What is an image’s fault must not be decided by it:
 * libvips keeps the lines of all images under way in one buffer, so it can be about another one.
 */
function reasonOf({ message }: Error): string {
  const lines = message
    .replaceAll('Input buffer has corrupt header:', '')
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim());
  const told = lines.find((line) => line !== '' && !noise.test(line));
  return told ? `libvips: ${told.slice(0, 160)}` : 'libvips gave no reason';
}
