/** The frame header of a JPEG: ITU-T T.81, B.2.2. */
export interface JpegFrame {
  /** The last byte of its marker: 0xc0 is baseline, 0xc3 lossless, 0xf7 JPEG-LS. */
  marker: number;
  /** Bits per sample. */
  precision: number;
  /** 0 if it follows the first scan. */
  height: number;
  /** The offset of the height in the file. */
  heightAt: number;
}

/** Markers from 0xc0 to 0xcf that are no frame headers: tables, extensions, arithmetic coding. */
const otherMarkers = [0xc4, 0xc8, 0xcc];
const [startOfImage, jpegLsFrame, startOfScan, numberOfLines] = [0xd8, 0xf7, 0xda, 0xdc];

/** Undefined if the segments end before a frame header. */
export function jpegFrame(bytes: Uint8Array): JpegFrame | undefined {
  const uint16 = (at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = bytes[at] === 0xff ? (bytes[at + 1] as number) : 0;
    // Stray and fill bytes between segments.
    if (marker === 0 || marker === 0xff || marker === startOfImage) at++;
    else if (marker === startOfScan) return undefined;
    else if (isFrame(marker)) {
      return { marker, precision: bytes[at + 4] ?? 0, height: uint16(at + 5), heightAt: at + 5 };
    } else at += 2 + uint16(at + 2);
  }
  return undefined;
}

function isFrame(marker: number): boolean {
  return marker === jpegLsFrame || (marker >> 4 === 0xc && !otherMarkers.includes(marker));
}

/**
 * The file with its height in the frame header, where libjpeg needs it, if it is given after the
 * first scan instead: ITU-T T.81, B.2.5.
 */
export function withJpegHeight(bytes: Uint8Array): Uint8Array {
  const frame = jpegFrame(bytes);
  if (frame?.height !== 0) return bytes;
  const lines = linesSegment(bytes, frame.heightAt);
  if (!lines) return bytes;
  const complete = new Uint8Array(bytes);
  complete.set(lines, frame.heightAt);
  return complete;
}

/** The two bytes of the height. In the data of a scan, 0xff is always followed by zero. */
function linesSegment(bytes: Uint8Array, start: number): Uint8Array | undefined {
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === numberOfLines && bytes[at + 2] === 0 && bytes[at + 3] === 4) {
      return bytes.subarray(at + 4, at + 6);
    }
  }
  return undefined;
}
