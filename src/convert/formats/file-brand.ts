import { hasText, textAt } from './bytes.ts';

/**
 * AVIF, HEIC, MP4 and related formats share a container; the brands in its first box identify them:
 * ISO/IEC 14496-12, 4.3; https://aomediacodec.github.io/av1-avif/ and https://mp4ra.org.
 */
const kinds = [
  { name: 'AVIF', brands: ['avif', 'avis'] },
  { name: 'HEIC', brands: ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs'] },
  { name: 'CR3', brands: ['crx '] },
  { name: 'a QuickTime video', brands: ['qt  '] },
] as const;

/** The format named by the brands of such a container; undefined for other files. */
export function fileBrand(bytes: Uint8Array): string | undefined {
  if (!hasText(bytes, 'ftyp', 4)) return undefined;
  const brands = brandsOf(bytes);
  for (const brand of brands) {
    const kind = kinds.find((kind) => kind.brands.some((known) => known === brand));
    if (kind) return kind.name;
  }
  // These two brands mean “some image”; the other brands say which.
  return brands.includes('mif1') || brands.includes('msf1') ? 'HEIF' : 'an MP4 video';
}

/** The major brand, then the compatible ones. */
function brandsOf(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = Math.min(view.getUint32(0), bytes.length, 256);
  const brands = [textAt(bytes, 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(textAt(bytes, at, at + 4));
  return brands;
}
