import { be32, joined, type Part, pieces } from './byte-parts.ts';

// Builds QOI files: https://qoiformat.org/qoi-specification.pdf

/** Encodes each pixel as the shortest possible chunk. */
export function buildQoi(
  pixels: Uint8Array,
  { width, height, channels }: { width: number; height: number; channels: 3 | 4 },
): Buffer {
  const chunks: Part[] = [];
  const seen = new Map<number, string>();
  let before = [0, 0, 0, 255];
  let run = 0;
  const endRun = () => {
    for (; run > 0; run -= 62) chunks.push([0xc0 | (Math.min(run, 62) - 1)]);
    run = 0;
  };
  for (const piece of pieces(pixels, channels)) {
    const pixel = [...piece, 255].slice(0, 4);
    if (pixel.join() === before.join()) run++;
    else {
      endRun();
      chunks.push(chunkOf(pixel, before, seen));
    }
    seen.set(hashOf(pixel), pixel.join());
    before = pixel;
  }
  endRun();
  return joined('qoif', be32(width, height), [channels, 0], ...chunks, [0, 0, 0, 0, 0, 0, 0, 1]);
}

function hashOf([red = 0, green = 0, blue = 0, alpha = 0]: readonly number[]): number {
  return (red * 3 + green * 5 + blue * 7 + alpha * 11) % 64;
}

function chunkOf(pixel: number[], before: number[], seen: Map<number, string>): number[] {
  const index = hashOf(pixel);
  if (seen.get(index) === pixel.join()) return [index];
  if (pixel[3] !== before[3]) return [0xff, ...pixel];
  // Differences wrap around: 255 to 0 is a step of 1.
  const steps = pixel.map((sample, i) => ((sample - (before[i] ?? 0) + 384) & 255) - 128);
  const [red = 0, green = 0, blue = 0] = steps;
  const isWithin = (step: number, limit: number) => step >= -limit && step < limit;
  if ([red, green, blue].every((step) => isWithin(step, 2))) {
    return [0x40 | ((red + 2) << 4) | ((green + 2) << 2) | (blue + 2)];
  }
  const [redMore, blueMore] = [red - green, blue - green];
  if (isWithin(green, 32) && isWithin(redMore, 8) && isWithin(blueMore, 8)) {
    return [0x80 | (green + 32), ((redMore + 8) << 4) | (blueMore + 8)];
  }
  return [0xfe, ...pixel.slice(0, 3)];
}
