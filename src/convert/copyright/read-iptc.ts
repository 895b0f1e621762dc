/** Fields of record 2: IPTC-IIM 4.2, 6.2 and 6.3. */
export const iptcFields = { creator: 80, credit: 110, notice: 116 } as const;

const [tagMarker, applicationRecord] = [0x1c, 2];

/** The values of a field of record 2, as stored. Stops at data that are no field: IPTC-IIM 4.2, 1.6. */
export function readIptc(bytes: Uint8Array, field: number): Uint8Array[] {
  const values: Uint8Array[] = [];
  for (let at = 0; at + 5 <= bytes.length && bytes[at] === tagMarker; ) {
    const [, record, number, high = 0, low = 0] = bytes.subarray(at, at + 5);
    const length = high * 256 + low;
    // Longer values are only in other records.
    if (length > maxLength) break;
    at += 5 + length;
    if (record === applicationRecord && number === field)
      values.push(bytes.subarray(at - length, at));
  }
  return values;
}

const maxLength = 32_767;
