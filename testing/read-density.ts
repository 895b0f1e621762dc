// Reads the resolution of PNG, JPEG and TIFF files, so that the product’s outputs are checked
// without its own reader. Pillow 12.3 reads the same from the files of the tests.

export interface Density {
  x: number;
  y: number;
  /** PNG: 1 is a metre. JFIF: 1 is an inch, 2 a centimetre. TIFF: 2 is an inch, 3 a centimetre. */
  unit: number;
}

/** Undefined if the file says nothing. */
export function readDensity(bytes: Uint8Array): Density | undefined {
  const file = Buffer.from(bytes);
  if (file[0] === 0x89) return pngDensity(file);
  if (file[0] === 0xff) return jpegDensity(file);
  return tiffDensity(file);
}

function pngDensity(png: Buffer): Density | undefined {
  const at = png.indexOf('pHYs', 0, 'latin1') + 4;
  if (at < 4) return undefined;
  return { x: png.readUInt32BE(at), y: png.readUInt32BE(at + 4), unit: png[at + 8] as number };
}

function jpegDensity(jpeg: Buffer): Density | undefined {
  if (jpeg.toString('latin1', 2, 11) !== '\xff\xe0\0\x10JFIF\0') return undefined;
  return { x: jpeg.readUInt16BE(14), y: jpeg.readUInt16BE(16), unit: jpeg[13] as number };
}

/** Of the first page; classic and little-endian, as libvips writes it here. */
function tiffDensity(tiff: Buffer): Density | undefined {
  const at = tiff.readUInt32LE(4);
  const tags = new Map<number, number>();
  for (let entry = at + 2; entry < at + 2 + tiff.readUInt16LE(at) * 12; entry += 12) {
    tags.set(tiff.readUInt16LE(entry), entry + 8);
  }
  const [x, y, unit] = [282, 283, 296].map((tag) => tags.get(tag));
  if (x === undefined || y === undefined || unit === undefined) return undefined;
  const fraction = (pointer: number) => {
    const from = tiff.readUInt32LE(pointer);
    return tiff.readUInt32LE(from) / tiff.readUInt32LE(from + 4);
  };
  return { x: fraction(x), y: fraction(y), unit: tiff.readUInt16LE(unit) };
}
