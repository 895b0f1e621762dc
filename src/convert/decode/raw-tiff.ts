import { maxOf, type PixelImage } from '../pixel-image.ts';

const [short, long, undefinedBytes] = [3, 4, 7];
const headBytes = 8;
/** Whether this machine is little-endian. */
const isLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

type TiffEntry = [tag: number, type: number, count: number, value: number];

/**
 * Wraps pixels and a colour profile in an uncompressed single-strip TIFF so that libvips can apply
 * the profile: sharp accepts no profile with raw pixels. TIFF 6.0, sections 2 and 18; ICC.1:2022,
 * B.4.
 */
export function rawTiff(
  { pixels, width, height, channels }: PixelImage,
  icc: Uint8Array = new Uint8Array(),
  colours: 'rgb' | 'cmyk' = 'rgb',
): Buffer {
  const data = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const bits = maxOf(pixels) === 255 ? 8 : 16;
  const bitsAt = headBytes;
  const iccAt = bitsAt + channels * 2;
  const dataAt = iccAt + icc.length + (icc.length & 1);
  const directoryAt = dataAt + data.length + (data.length & 1);
  const entries: TiffEntry[] = [
    [256, long, 1, width],
    [257, long, 1, height],
    // Up to two values fit in the entry itself.
    [258, short, channels, channels > 2 ? bitsAt : bits],
    [259, short, 1, 1],
    [262, short, 1, colours === 'cmyk' ? 5 : channels < 3 ? 1 : 2],
    [273, long, 1, dataAt],
    [277, short, 1, channels],
    [278, long, 1, height],
    [279, long, 1, data.length],
    // Straight alpha.
    ...(channels % 2 === 0 && colours === 'rgb' ? [[338, short, 1, 2] as TiffEntry] : []),
    ...(icc.length > 0 ? [[34_675, undefinedBytes, icc.length, iccAt] as TiffEntry] : []),
  ];
  const file = Buffer.alloc(directoryAt + 2 + entries.length * 12 + 4);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  file.write(isLittle ? 'II' : 'MM', 'latin1');
  view.setUint16(2, 42, isLittle);
  view.setUint32(4, directoryAt, isLittle);
  for (let i = 0; i < channels; i++) view.setUint16(bitsAt + i * 2, bits, isLittle);
  file.set(icc, iccAt);
  file.set(data, dataAt);
  view.setUint16(directoryAt, entries.length, isLittle);
  entries.forEach(([tag, type, count, value], i) => {
    const at = directoryAt + 2 + i * 12;
    view.setUint16(at, tag, isLittle);
    view.setUint16(at + 2, type, isLittle);
    view.setUint32(at + 4, count, isLittle);
    const isShort = type === short && count <= 2;
    if (!isShort) view.setUint32(at + 8, value, isLittle);
    else for (let k = 0; k < count; k++) view.setUint16(at + 8 + k * 2, value, isLittle);
  });
  return file;
}
