interface JpegSegment {
  marker: number;
  data: Uint8Array;
}

const startOfScan = 0xda;
/** Markers without a length: TEM, RST0 to RST7, SOI and EOI. */
const isAlone = (marker: number) => marker === 1 || (marker >= 0xd0 && marker <= 0xd9);

/** Iterates over the segments before the image data: ITU-T T.81, B.1.1. */
export function* jpegSegments(bytes: Uint8Array): Generator<JpegSegment> {
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = bytes[at + 1] as number;
    // Markers may be preceded by any number of fill bytes, and by stray bytes in damaged files.
    if (bytes[at] !== 0xff || marker === 0xff || marker === 0) {
      at++;
      continue;
    }
    if (marker === startOfScan) return;
    if (isAlone(marker)) {
      at += 2;
      continue;
    }
    const length = (bytes[at + 2] as number) * 256 + (bytes[at + 3] as number);
    yield { marker, data: bytes.subarray(at + 4, at + 2 + length) };
    at += 2 + Math.max(2, length);
  }
}
