/**
 * A Photo CD file with one colour in its base image of 768 x 512: each two rows have two rows of luma,
 * then half a row of each colour difference.
 */
export function photoCd([y, blue, red]: readonly [number, number, number]): Buffer {
  const file = Buffer.alloc(786_432);
  file.write('PCD_IPI', 2_048);
  for (let at = 196_608; at < file.length; at += 2_304) {
    file.fill(y, at, at + 1_536).fill(blue, at + 1_536, at + 1_920);
    file.fill(red, at + 1_920, at + 2_304);
  }
  return file;
}
