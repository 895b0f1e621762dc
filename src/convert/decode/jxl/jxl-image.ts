import { damagedImage, mapParserErrors } from '../wasm/wasm-errors.ts';
import { codestreamOf, type JxlHeader, readJxlHeader } from './jxl-header.ts';
import { type JxlOxide, loadJxlOxide } from './jxl-oxide.ts';
import { withoutToneMapping } from './jxl-tone-mapping.ts';

/**
 * Decodes the first frame to PNG, with its profile if its colours have no code points. Blocks the
 * thread.
 */
export async function renderJxl(bytes: Uint8Array): Promise<{ png: Uint8Array; icc: Uint8Array }> {
  const header = mapParserErrors('JPEG XL', () => readJxlHeader(bytes));
  return await withImage(decodableBytes(bytes, header), memoryLimit(header), (image) =>
    image.render(),
  );
}

function decodableBytes(bytes: Uint8Array, { toneMapping, cicp }: JxlHeader): Uint8Array {
  // The decoder returns PQ unconverted.
  if (!toneMapping || cicp?.transfer === 16) return bytes;
  return withoutToneMapping(codestreamOf(bytes), toneMapping);
}

/** Counts frames from their headers, without decoding them. */
export async function countJxlFrames(bytes: Uint8Array): Promise<{ frames: number }> {
  const maxBytes = 2 ** 26 + 2 * bytes.length;
  return await withImage(bytes, maxBytes, (image) => ({ frames: image.frameCount() }));
}

/** Twice the measured use (docs/adr/0006-decoders-from-npm.md), plus room for tables. */
function memoryLimit({ width, height }: JxlHeader): number {
  return 2 ** 27 + width * height * 160;
}

async function withImage<Result>(
  bytes: Uint8Array,
  maxBytes: number,
  use: (image: JxlOxide) => Result,
): Promise<Result> {
  const open = await loadJxlOxide(maxBytes);
  return mapParserErrors('JPEG XL', () => {
    const image = open(bytes);
    if (!image.isComplete()) throw damagedImage('JPEG XL', 'the data ends before the image does');
    return use(image);
  });
}
