export const [dht, eoi, sos, dqt, dri] = [0xc4, 0xd9, 0xda, 0xdb, 0xdd];

/** The offset of the first scan’s header, or the end of the file. */
export function firstScanAt(bytes: Uint8Array): number {
  for (let at = 2; ; ) {
    const { marker, start } = nextMarker(bytes, at);
    if (marker === undefined || marker === sos) return start;
    at = isAlone(marker) ? start : segmentEnd(bytes, start);
  }
}

/** The end of the segment whose length is at `start`. */
export function segmentEnd(bytes: Uint8Array, start: number): number {
  return start + Math.max(2, uint16(bytes, start));
}

/** Markers may follow stray bytes, as libjpeg allows. */
export function nextMarker(bytes: Uint8Array, from: number) {
  let at = from;
  for (;;) {
    at = bytes.indexOf(0xff, at);
    if (at < 0) return { marker: undefined, start: bytes.length };
    while (bytes[at] === 0xff) at++;
    if (bytes[at] !== 0) return { marker: bytes[at], start: at + 1 };
  }
}

/** Markers without a segment: ITU-T T.81, B.1.1.3. */
export function isAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

const [jpg, soi] = [0xc8, 0xd8];

/** Whether libjpeg accepts a marker between the first and the last of a file: ITU-T T.81, table B.1. */
export function isAccepted(marker: number): boolean {
  const isNamed = marker >= 0xc0 && marker <= dri && marker !== jpg && marker !== soi;
  const isFree = (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
  return isNamed || isFree || marker === 0x01;
}

export function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
}
