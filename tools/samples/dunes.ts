import sharp from 'sharp';
import { clamp, fractalNoise, mix, noise, smoothStep } from './noise.ts';

type Colour = [red: number, green: number, blue: number];
type Vector = [x: number, y: number, z: number];

const width = 1600;
const height = 1067;
// Drawn larger and scaled down, which smooths the crests.
const oversampling = 2;

const cameraHeight = 19;
const focal = 1.15;
const horizon = 0.36;
const nearest = 8;
const farthest = 700;

const sun: Vector = normalize([0.4, 0.085, 0.9]);
// Further aside and higher than the visible sun, or the sand would be in its own shadow.
const light: Vector = normalize([0.82, 0.3, 0.36]);
const haze: Colour = [0.98, 0.6, 0.42];

/**
 * Dunes before a setting sun, stored like an upright phone photo: rotated, with the matching EXIF
 * orientation.
 */
export async function drawDunes(): Promise<Buffer> {
  const columns = width * oversampling;
  const rows = height * oversampling;
  const pixels = new Uint8Array(columns * rows * 3);
  for (let column = 0; column < columns; column++) drawColumn(pixels, column, columns, rows);
  const upright = await sharp(pixels, { raw: { width: columns, height: rows, channels: 3 } })
    .resize(width, height, { kernel: 'lanczos3' })
    .toBuffer({ resolveWithObject: true });
  return sharp(upright.data, { raw: upright.info })
    .rotate(270)
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 88, mozjpeg: true })
    .toBuffer();
}

/** Walks away from the viewer, drawing parts that rise above everything nearer. */
function drawColumn(pixels: Uint8Array, column: number, columns: number, rows: number) {
  const aside = (column / columns - 0.5) * (columns / rows);
  const paint = (row: number, colour: Colour) => {
    const at = (row * columns + column) * 3;
    for (const [channel, value] of colour.entries()) pixels[at + channel] = toByte(value);
  };

  let skyline = rows;
  let colourBelow: Colour | undefined;
  for (let z = nearest; z < farthest; z *= 1 + 0.5 / rows + z * 1e-6) {
    const x = (aside * z) / focal;
    const y = duneHeight(x, z);
    const row = Math.ceil(rows * (horizon - ((y - cameraHeight) * focal) / z));
    if (row >= skyline) {
      colourBelow = undefined;
      continue;
    }
    const colour = sandColour(x, y, z);
    const from = colourBelow ?? colour;
    const top = Math.max(row, 0);
    for (let painted = skyline - 1; painted >= top; painted--) {
      paint(painted, blend(from, colour, (skyline - painted) / (skyline - row)));
    }
    skyline = top;
    colourBelow = colour;
  }
  for (let row = 0; row < skyline; row++) paint(row, skyColour(aside, row / rows));
}

/** Ridges across the wind, each with a long windward slope and a short steep one behind the crest. */
function duneHeight(x: number, z: number): number {
  const bend = 2.6 * noise(x / 46 + 3.2, z / 60) + 0.7 * noise(x / 17, z / 21);
  const large = ridge(z / 38 + x / 90 + bend * 0.42) * (5.2 + 3.4 * noise(x / 70 - 5, z / 75));
  const small = ridge(z / 13 - x / 44 + bend * 0.5 + 0.3) * (0.9 + 0.8 * noise(x / 30, z / 28 + 9));
  return large + small + z * 0.008;
}

function ridge(phase: number): number {
  const t = phase - Math.floor(phase);
  const crest = 0.68;
  return t < crest ? smoothRise(t / crest) : smoothRise((1 - t) / (1 - crest));
}

/** Flat in the valley, sharp at the crest. */
function smoothRise(t: number): number {
  return t * t * (1.6 - 0.6 * t);
}

function sandColour(x: number, y: number, z: number): Colour {
  const normal = sandNormal(x, z);
  const shadow = sunlit(x, y, z);
  const direct = clamp(dot(normal, light)) * shadow;
  // Low sunlight makes sand glow towards the sun.
  const view = normalize([x, y - cameraHeight, z]);
  const glow = clamp(dot(view, sun)) ** 6 * shadow;
  const grain = 1 + 0.05 * noise(x * 37, z * 37) * clamp(14 / z);

  const lit: Colour = [1.42, 0.7, 0.24];
  const sky: Colour = [0.4, 0.23, 0.42];
  const up = 0.55 + 0.45 * normal[1];
  const colour = lit.map(
    (value, channel) =>
      grain *
      (value * (1.25 * direct + 0.16 * glow) +
        (sky[channel] ?? 0) * up * (0.72 + 0.28 * normal[0])),
  ) as Colour;
  const distance = 1 - Math.exp(-((z / 270) ** 1.5));
  const towardsSun = clamp(dot(view, sun)) ** 4;
  return blend(colour, blend([0.62, 0.36, 0.46], haze, towardsSun), distance);
}

function sandNormal(x: number, z: number): Vector {
  const step = 0.04 + z * 0.0015;
  const slopeX = (duneHeight(x + step, z) - duneHeight(x - step, z)) / (2 * step);
  const slopeZ = (duneHeight(x, z + step) - duneHeight(x, z - step)) / (2 * step);
  // Wind ripples, too small to be visible far away.
  const phase = 7.5 * (z * 0.8 + x * 0.35) + 5 * noise(x / 2.3, z / 2.3) + 2 * noise(x, z);
  const ripple = 0.16 * Math.cos(phase) * clamp(1.25 - z / 34);
  return normalize([-slopeX - ripple * 0.4, 1, -slopeZ - ripple]);
}

/** 1 in the sun, 0 in the shadow of a dune. */
function sunlit(x: number, y: number, z: number): number {
  let share = 1;
  for (let distance = 0.4; distance < 60; distance *= 1.22) {
    const ground = duneHeight(x + light[0] * distance, z + light[2] * distance);
    const clearance = y + 0.05 + light[1] * distance - ground;
    share = Math.min(share, 0.5 + (clearance / distance) * 14);
    if (share <= 0) return 0;
  }
  return clamp(share);
}

function skyColour(aside: number, down: number): Colour {
  const view = normalize([aside, horizon - down, focal]);
  const up = clamp((horizon - down) / horizon);
  const towardsSun = clamp(dot(view, sun));
  const colours: [number, Colour][] = [
    [0, [1.0, 0.62, 0.38]],
    [0.16, [0.98, 0.48, 0.39]],
    [0.4, [0.72, 0.36, 0.5]],
    [0.7, [0.36, 0.27, 0.54]],
    [1, [0.16, 0.18, 0.42]],
  ];
  let colour = gradient(colours, up);

  // Thin clouds, stretched along the horizon and lit from below.
  const depth = 1 / (up + 0.16);
  const streaks = fractalNoise(aside * depth * 1.3 + 4, depth * 2.4, 5);
  const cloud = smoothStep(0.02, 0.42, streaks) * smoothStep(0.04, 0.3, up);
  const cloudColour = blend([0.78, 0.36, 0.46], [1.25, 0.7, 0.42], towardsSun ** 12);
  colour = blend(colour, cloudColour, cloud * 0.75);

  const halo = 0.42 * towardsSun ** 60 + 0.3 * towardsSun ** 900;
  colour = colour.map(
    (value, channel) => value + halo * ([1.1, 0.66, 0.36][channel] ?? 0),
  ) as Colour;
  return blend(colour, [1.25, 1.12, 0.8], smoothStep(0.99925, 0.99945, towardsSun));
}

function gradient(stops: [number, Colour][], at: number): Colour {
  const next = stops.findIndex(([stop]) => stop >= at);
  const [toAt, to] = stops[next] ?? [1, [0, 0, 0]];
  const [fromAt, from] = stops[next - 1] ?? [toAt, to];
  return blend(from, to, toAt === fromAt ? 0 : (at - fromAt) / (toAt - fromAt));
}

function blend(from: Colour, to: Colour, share: number): Colour {
  return [mix(from[0], to[0], share), mix(from[1], to[1], share), mix(from[2], to[2], share)];
}

/** Bright values roll off as on film instead of being clipped. */
function toByte(value: number): number {
  return Math.round(255 * clamp(value < 0.7 ? value : 1 - 0.3 * Math.exp((0.7 - value) / 0.3)));
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function normalize([x, y, z]: Vector): Vector {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}
