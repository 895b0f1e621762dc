import sharp, { type Sharp } from 'sharp';
import { glyphHeight, glyphWidth, isInk } from '../../src/convert/compare/bitmap-font.ts';
import { mulberry32 } from '../../src/convert/gray/mulberry32.ts';

// Draws images from a seed: equal sizes give equal pixels.

interface Scene {
  /** The stored value of a sample, from that of the dunes and its height in the image, 0 at the top. */
  expose: (value: number, height: number) => number;
  /** The largest deviation of the sensor’s noise, in levels. */
  noise: number;
  /** The radius of a blur, as a share of the width. */
  blur?: number;
}

const scenes = {
  day: { expose: (value) => value, noise: 12 },
  // The upper part of the sky is overexposed, as in most photos taken towards the light.
  sky: { expose: (value, height) => (height < 0.55 ? 280 - height * 100 : value), noise: 1.5 },
  night: { expose: (value) => value ** 3 / 180_000 - 4, noise: 12 },
  blurred: { expose: (value) => value, noise: 2, blur: 0.004 },
} satisfies Record<string, Scene>;

/**
 * The sample image of dunes, enlarged. Enlarging alone would leave no detail to compress: noise makes up for
 * that.
 */
export async function drawPhoto(scene: keyof typeof scenes, megapixels: number): Promise<Sharp> {
  const { expose, noise, blur }: Scene = scenes[scene];
  const size = sizeOf(megapixels, 3 / 2);
  const dunes = sample('dunes.jpg').autoOrient();
  const resized = dunes.resize({ ...size, fit: 'fill' });
  if (blur) resized.blur(Math.max(0.5, size.width * blur));
  const data = await resized.raw().toBuffer();
  const random = mulberry32(Math.round(megapixels * 10));
  let deviation = 0;
  for (let i = 0; i < data.length; i++) {
    // The same for all three channels, as JPEG keeps little noise of colours.
    if (i % 3 === 0) deviation = (random() + random() - 1) * noise;
    const value = expose(data[i] as number, i / data.length) + deviation;
    data[i] = Math.max(0, Math.min(255, Math.round(value)));
  }
  return sharp(data, { raw: { ...size, channels: 3 } });
}

/** A page of text on paper, as a scanner stores it: soft edges, and paper that is not quite white. */
export async function drawScan(megapixels: number): Promise<Sharp> {
  const size = sizeOf(megapixels, 1 / Math.SQRT2);
  const scale = Math.max(1, Math.round(size.width / 500));
  const random = mulberry32(1);
  const page = drawText(size, scale, (isText) => {
    const shade = (isText ? 40 : 244) + (random() + random() - 1) * 5;
    return [shade, shade - 2, shade - 8];
  });
  return page.blur(0.7);
}

/** An app on a phone: flat areas, sharp text and one photograph. */
export async function drawScreenshot(megapixels: number): Promise<Sharp> {
  const size = sizeOf(megapixels, 1170 / 2532);
  const scale = Math.max(1, Math.round(size.width / 290));
  const { width, height } = size;
  const screen = drawText(size, scale, (isText, y) => {
    if (y < height * 0.08) return isText ? [255, 255, 255] : [24, 90, 157];
    const isCard = y % Math.round(height / 7) > height / 70;
    return isText && isCard ? [33, 37, 41] : isCard ? [255, 255, 255] : [233, 236, 239];
  });
  const photoSize = { width: Math.ceil(width * 0.8), height: Math.ceil(height * 0.2) };
  const photo = await drawPhoto('day', megapixels / 8);
  const input = await photo
    .resize({ ...photoSize, fit: 'fill' })
    .raw()
    .toBuffer();
  const raw = { ...photoSize, channels: 3 } as const;
  const at = { left: Math.floor(width * 0.1), top: Math.floor(height * 0.4) };
  return screen.composite([{ input, raw, ...at }]).removeAlpha();
}

/** A drawing of flat colours: the sample of a colour-vision plate. */
export async function drawChart(megapixels: number): Promise<Sharp> {
  return sample('chart.webp').resize({ ...sizeOf(megapixels, 3 / 2), fit: 'fill' });
}

interface Size {
  width: number;
  height: number;
}

function sizeOf(megapixels: number, ratio: number): Size {
  const width = Math.round(Math.sqrt(megapixels * 1e6 * ratio));
  return { width, height: Math.round(width / ratio) };
}

function sample(name: string): Sharp {
  return sharp(new URL(`../../samples/${name}`, import.meta.url).pathname);
}

const lineHeight = glyphHeight + 5;

/** An image filled with lines of words; a pixel’s colour depends on whether it is text. */
function drawText(
  { width, height }: Size,
  scale: number,
  colour: (isText: boolean, y: number) => number[],
): Sharp {
  const columns = Math.floor(width / scale / glyphWidth);
  const lines = linesOf(Math.ceil(height / scale / lineHeight), columns);
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    const dotY = Math.floor(y / scale);
    const line = lines[Math.floor(dotY / lineHeight)] ?? '';
    for (let x = 0; x < width; x++) {
      const isText = isInk(line, Math.floor(x / scale), dotY % lineHeight);
      data.set(colour(isText, y), (y * width + x) * 3);
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Lines of random words, with margins. */
function linesOf(count: number, columns: number): string[] {
  const random = mulberry32(7);
  const letter = () => String.fromCharCode(97 + Math.floor(random() * 26));
  const word = () => Array.from({ length: 2 + Math.floor(random() * 8) }, letter).join('');
  return Array.from({ length: count }, () => {
    const words = Array.from({ length: Math.ceil(columns / 4) }, word);
    return `    ${words.join(' ')}`.slice(0, columns - 4);
  });
}
