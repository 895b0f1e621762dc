import { be16, be32, joined, type Part, pieces, runsOf } from './byte-parts.ts';

// Builds PSD and PSB files: https://www.adobe.com/devnet-apps/photoshop/fileformatashtml/

const psdModes = {
  bitmap: 0,
  gray: 1,
  indexed: 2,
  rgb: 3,
  cmyk: 4,
  multichannel: 7,
  duotone: 8,
  lab: 9,
} as const;

export interface PsdParts {
  width: number;
  height: number;
  mode: keyof typeof psdModes;
  depth?: number;
  /** The bytes of each channel, row by row. */
  channels: readonly Uint8Array[];
  isLarge?: boolean;
  isPacked?: boolean;
  /** Overrides `isPacked`. */
  compression?: number;
  colourData?: Uint8Array;
  resources?: readonly Uint8Array[];
  /** Negative if the first extra channel is transparency. */
  layerCount?: number;
  /** Images of 16 bits have their layers here: after the image, in separate blocks. */
  layerBlocks?: readonly Uint8Array[];
}

export function buildPsd({ width, height, mode, channels, ...parts }: PsdParts): Buffer {
  const { depth = 8, isLarge = false, isPacked = false, colourData = [], resources = [] } = parts;
  const inside = joined(...resources);
  return joined(
    '8BPS',
    be16(isLarge ? 2 : 1),
    Buffer.alloc(6),
    be16(channels.length),
    be32(height, width),
    be16(depth, psdModes[mode]),
    withSize(colourData),
    withSize(inside),
    layersOf(parts),
    be16(parts.compression ?? (isPacked ? 1 : 0)),
    isPacked ? packedRows(channels, { height, isLarge }) : joined(...channels),
  );
}

function withSize(content: Part): Buffer {
  return joined(be32(content.length), content);
}

function layersOf({ isLarge, layerCount, layerBlocks }: Partial<PsdParts>): Buffer {
  const sized = (content: Part) => joined(isLarge ? be32(0) : [], withSize(content));
  if (layerCount === undefined && !layerBlocks) return sized([]);
  const layers = layerCount === undefined ? [] : be16(layerCount & 0xffff, 0);
  return sized(joined(sized(layers), be32(0), ...(layerBlocks ?? [])));
}

export function layerBlock(key: string, content: Part, { isLarge = false } = {}): Buffer {
  const padding = Buffer.alloc(-content.length & 3);
  return joined('8BIM', key, isLarge ? be32(0) : [], withSize(content), padding);
}

export function psdResource(id: number, content: readonly number[]): Buffer {
  return joined('8BIM', be16(id), [0, 0], withSize(content), Buffer.alloc(content.length & 1));
}

/** The version info, which records whether “Maximize Compatibility” was on. */
export function versionInfo(hasComposite: boolean): Buffer {
  return psdResource(1057, [0, 0, 0, 1, hasComposite ? 1 : 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
}

function packedRows(
  channels: readonly Uint8Array[],
  { height, isLarge }: { height: number; isLarge: boolean },
): Buffer {
  const rows = channels.flatMap((channel) =>
    pieces(channel, channel.length / height).map(packBits),
  );
  const lengths = rows.map(({ length }) => length);
  return joined(isLarge ? be32(...lengths) : be16(...lengths), ...rows);
}

/** Encodes runs of at least two, single bytes as literals, and occasionally a no-op. */
function packBits(row: Uint8Array): Buffer {
  const runs = runsOf([...row], String).flatMap((run) => pieces(Uint8Array.from(run), 128));
  return joined(
    ...runs.map(([value = 0, ...more]) =>
      more.length > 0 ? [256 - more.length, value] : value === 7 ? [128, 0, value] : [0, value],
    ),
  );
}
