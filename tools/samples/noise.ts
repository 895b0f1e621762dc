/** Smooth value noise in [-1, 1], about one hill a unit. */
export function noise(x: number, y: number): number {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const u = smooth(x - x0);
  const v = smooth(y - y0);
  const near = mix(lattice(x0, y0), lattice(x0 + 1, y0), u);
  const far = mix(lattice(x0, y0 + 1), lattice(x0 + 1, y0 + 1), u);
  return mix(near, far, v);
}

/** Noise with detail: each octave twice as fine and half as strong, in about [-1, 1]. */
export function fractalNoise(x: number, y: number, octaves: number): number {
  let sum = 0;
  let strength = 0.5;
  let scale = 1;
  for (let octave = 0; octave < octaves; octave++) {
    sum += strength * noise(x * scale + 17.3 * octave, y * scale - 9.1 * octave);
    strength /= 2;
    scale *= 2;
  }
  return sum;
}

export function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

export function clamp(value: number, min = 0, max = 1): number {
  return Math.min(Math.max(value, min), max);
}

/** 0 below `from`, 1 above `to`, smooth in between. */
export function smoothStep(from: number, to: number, value: number): number {
  return smooth(clamp((value - from) / (to - from)));
}

function smooth(t: number): number {
  return t * t * t * (t * (t * 6 - 15) + 10);
}

function lattice(x: number, y: number): number {
  let hash = Math.imul(x, 374_761_393) ^ Math.imul(y, 668_265_263);
  hash = Math.imul(hash ^ (hash >>> 13), 1_274_126_177);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 31 - 1;
}
