import { textAt } from '../../formats/bytes.ts';
import { type ByteReader, byteReader } from '../byte-reader.ts';

interface Layers {
  count: number;
  /** The first channel after the colours of the flattened image is transparency. */
  hasTransparency: boolean;
}

/** Empty blocks that signal transparency. */
const transparencyBlocks = ['Mtrn', 'Mt16', 'Mt32'];
/** Blocks with the layers of images of more than 8 bits. */
const layerBlocks = ['Lr16', 'Lr32', 'Layr'];
/** Blocks with an eight-byte length in large files. */
const longBlocks = [...layerBlocks, ...transparencyBlocks, 'LMsk', 'Alph', 'FMsk', 'lnk2'];

/**
 * Skips the layers and reads their count: if it is negative, the first extra channel is
 * transparency, not a saved selection.
 */
export function readPsdLayers(reader: ByteReader, { isLarge }: { isLarge: boolean }): Layers {
  const lengthOf = (from: ByteReader) => (isLarge ? from.uint64() : from.uint32());
  const section = reader.take(lengthOf(reader));
  const inside = byteReader(section, { byteOrder: 'big endian', what: 'layers' });
  const layers: Layers = { count: 0, hasTransparency: false };
  const left = () => section.length - inside.position();

  function readCount(from: ByteReader): void {
    const count = from.int16();
    layers.count = Math.abs(count);
    layers.hasTransparency ||= count < 0;
  }

  if (left() < (isLarge ? 8 : 4)) return layers;
  const layerBytes = inside.take(Math.min(lengthOf(inside), left()));
  if (layerBytes.length >= 2) readCount(byteReader(layerBytes, { byteOrder: 'big endian' }));
  if (left() < 4) return layers;
  inside.skip(Math.min(inside.uint32(), left()));
  while (left() >= 12) {
    const signature = inside.take(4);
    if (!['8BIM', '8B64'].includes(textAt(signature, 0, 4))) break;
    const key = textAt(inside.take(4), 0, 4);
    const isLong = isLarge && longBlocks.includes(key);
    if (isLong && left() < 8) break;
    const size = isLong ? inside.uint64() : inside.uint32();
    // Padded to a multiple of four bytes, regardless of the stated length.
    const block = inside.take(Math.min(Math.ceil(size / 4) * 4, left()));
    if (transparencyBlocks.includes(key)) layers.hasTransparency = true;
    if (layerBlocks.includes(key) && block.length >= 2) {
      readCount(byteReader(block, { byteOrder: 'big endian' }));
    }
  }
  return layers;
}
