import { decode } from 'fast-png';
import sharp from 'sharp';

export interface Decoded {
  width: number;
  height: number;
  depth: number;
  channels: number;
  samples: number[];
}

/** Two decoders that share no code: libpng in sharp, and one in TypeScript. Both verify all checksums. */
export const decoders: Record<string, (png: Uint8Array) => Decoded | Promise<Decoded>> = {
  'fast-png': (png) => {
    const { width, height, depth, channels, data } = decode(png, { checkCrc: true });
    return { width, height, depth, channels, samples: [...data] };
  },
  sharp: async (png) => {
    const image = sharp(png, { failOn: 'warning' });
    const { width, height, channels, depth } = await image.metadata();
    const isDeep = depth === 'ushort';
    // Raw gray with alpha would lose it, so the channels are read one by one.
    const planes: (Uint8Array | Uint16Array)[] = [];
    for (const channel of ([0, 1] as const).slice(0, channels)) {
      const data = await sharp(png)
        .extractChannel(channel)
        .toColourspace(isDeep ? 'grey16' : 'b-w')
        .raw({ depth: isDeep ? 'ushort' : 'uchar' })
        .toBuffer();
      planes.push(isDeep ? new Uint16Array(new Uint8Array(data).buffer) : data);
    }
    const samples = Array.from(
      { length: width * height * channels },
      (_, i) => planes[i % channels]?.[Math.floor(i / channels)] as number,
    );
    return { width, height, depth: isDeep ? 16 : 8, channels, samples };
  },
};
