import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { toGrayscale } from '../../src/convert/index.ts';
import { engineVersion } from '../../src/version.ts';
import { photoLikePixels, photoLikePng } from '../../testing/images.ts';
import { buildPng } from '../../testing/png.ts';

const size = { width: 64, height: 48 };
const density: [string, Uint8Array] = ['pHYs', Buffer.from('00002e2300002e2301', 'hex')];

/** SHA-256 of outputs whose bytes depend on this program alone, not on libvips or the machine. */
const outputs = {
  photo: [
    '7664ec7ac60a111342691ba19b593fdc9b7c1daa9a1127921fffbc9d89624fa3',
    () => photoLikePng(size),
  ],
  'with a resolution': [
    'fc5ae0c19a950ad3ef36d8ff67a3baedf553bfe2e9442e6a93927d27ddf8e4a8',
    () => buildPng({ ...size, colourType: 'rgb', rows: photoLikePixels(size), chunks: [density] }),
  ],
} as const;

test.each(Object.entries(outputs))(
  'outputs of this engine have these bytes, or its version is raised: %s',
  async (_, [expected, make]) => {
    expect(engineVersion).toBe('2');
    const { bytes } = await toGrayscale(make());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(expected);
  },
);
