import type { Deadline } from '../deadline.ts';
import { loadDecoder, type OwnDecoder, ownDecoderFor } from '../decode/own-decoders.ts';
import type { WasmHeader } from '../decode/wasm/wasm-decoder.ts';
import { ConversionError } from '../errors.ts';
import type { Recipe } from '../recipe/recipe-options.ts';
import { readResolution } from '../resolution/read-resolution.ts';
import { type InputFormat, inputFormats } from './input-formats.ts';
import { readPlainJpeg } from './plain-jpeg.ts';
import { readSharpHeader } from './read-sharp-header.ts';
import type { SourceFile } from './source-file.ts';
import { unreadVariantOf } from './unread-variant.ts';

/** Reads the header without decoding pixels. Throws `ConversionError`. */
export async function readHeader(
  bytes: Uint8Array,
  format: InputFormat,
  { tolerate, compat, deadline }: Pick<Recipe, 'tolerate' | 'compat'> & { deadline: Deadline },
): Promise<SourceFile> {
  checkVariant(bytes, format, compat);
  const decoder = ownDecoderFor(format, bytes, { compat });
  if (decoder) return await readOwnHeader(bytes, { format, decoder, deadline });
  const plain = format === 'jpeg' ? readPlainJpeg(bytes) : undefined;
  if (plain) return plain;
  // Counting the frames of a GIF requires reading all of it.
  const isLenient = tolerate === 'truncated' && format === 'gif';
  return await readSharpHeader(bytes, format, { isLenient, compat });
}

function checkVariant(bytes: Uint8Array, format: InputFormat, compat: Recipe['compat']): void {
  const variant = unreadVariantOf(format, bytes, compat);
  if (!variant) return;
  throw new ConversionError(
    'UNSUPPORTED_FORMAT',
    `Expected a supported kind of ${inputFormats[format].name} image but received ${variant.name}. ${variant.cure}`,
  );
}

async function readOwnHeader(
  bytes: Uint8Array,
  { format, decoder, deadline }: { format: InputFormat; decoder: OwnDecoder; deadline: Deadline },
): Promise<SourceFile> {
  const header: WasmHeader = await (await loadDecoder(decoder)).readHeader(bytes, deadline);
  const { icc, cicp, extraBytes, storedOrientation, isCmyk, decodedDepth } = header;
  const { width, height, channels, depth, pages, hasAlpha } = header;
  const resolution = readResolution(bytes, format, header.orientation);
  return {
    image: {
      ...{ format, sizeBytes: bytes.length, width, height, channels, depth, pages, hasAlpha },
      ...(storedOrientation && { orientation: storedOrientation }),
    },
    samples: isCmyk ? 'cmyk' : channels <= 2 ? 'gray' : 'rgb',
    isDeep: (decodedDepth ?? depth) > 8,
    decoder,
    ...(icc && { icc }),
    ...(cicp && { cicp }),
    ...(resolution && { resolution }),
    ...(extraBytes && { extraBytes }),
  };
}
