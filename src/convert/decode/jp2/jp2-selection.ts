import { box, u16, u32 } from '../iso-boxes.ts';
import type { Jp2Header } from './jp2-header.ts';

/**
 * Wraps the codestream in a container that exposes only these components, because the decoder
 * accepts one or three. Mapping channels to components requires a palette box, whose contents are
 * unused. ISO/IEC 15444-1, I.5.3.
 */
export function selectComponents(
  { width, height, components, codestream }: Jp2Header,
  selected: number[],
): Uint8Array {
  const count = components.length;
  const depths = selected.map((i) => (components[i]?.depth ?? 8) - 1);
  const [srgb, grayscale] = [16, 17];
  return Buffer.concat([
    box('jP  ', u32(0x0d0a870a)),
    box('ftyp', Buffer.from('jp2 \0\0\0\0jp2 ', 'latin1')),
    box(
      'jp2h',
      box('ihdr', u32(height), u32(width), u16(count), Buffer.of(255, 7, 1, 0)),
      box('bpcc', Buffer.from(components.map(({ depth }) => depth - 1))),
      box('colr', Buffer.of(1, 0, 0), u32(selected.length === 1 ? grayscale : srgb)),
      box(
        'pclr',
        u16(1),
        Buffer.of(selected.length, ...depths),
        ...depths.map((depth) => Buffer.alloc(depth > 7 ? 2 : 1)),
      ),
      box('cmap', ...selected.map((i) => Buffer.concat([u16(i), Buffer.of(0, 0)]))),
    ),
    box('jp2c', codestream),
  ]);
}
