// Builds minimal ICC profiles: https://www.color.org/icc_specs2.xalter

type Tag = [signature: string, data: Buffer];

/** The primaries of sRGB, adapted to D50. */
const srgbColorants = {
  rXYZ: [0.43607, 0.22249, 0.01392],
  gXYZ: [0.38515, 0.71687, 0.09708],
  bXYZ: [0.14307, 0.06061, 0.7141],
};

/** The primaries of Adobe RGB (1998), adapted to D50. */
export const adobeColorants = {
  rXYZ: [0.60974, 0.31111, 0.01947],
  gXYZ: [0.20528, 0.62567, 0.06087],
  bXYZ: [0.14919, 0.06322, 0.74457],
};

/** Three primaries and one curve for all of them. */
export function rgbProfile(curve: Buffer, colorants = srgbColorants): Buffer {
  const tags = Object.entries(colorants).map(([name, xyz]): Tag => [name, xyzTag(xyz)]);
  const curves = ['rTRC', 'gTRC', 'bTRC'].map((name): Tag => [name, curve]);
  return profile('RGB ', [...tags, ...curves]);
}

export function grayProfile(curve: Buffer): Buffer {
  return profile('GRAY', [['kTRC', curve]]);
}

/** Colours as a table: eight corners, with linear light between them. */
export function rgbTableProfile({ name = 'linear' } = {}): Buffer {
  const table = Buffer.alloc(52 + 3 * 2 * 2 + 8 * 3 * 2 + 3 * 2 * 2);
  table.write('mft2', 'latin1');
  table.set([3, 3, 2], 8);
  [1, 0, 0, 0, 1, 0, 0, 0, 1].forEach((n, i) => {
    table.writeInt32BE(n * 65_536, 12 + i * 4);
  });
  table.writeUInt16BE(2, 48);
  table.writeUInt16BE(2, 50);
  let at = 52;
  const put = (value: number) => {
    at = table.writeUInt16BE(Math.min(65_535, Math.round(value)), at);
  };
  for (let i = 0; i < 3; i++) [0, 65_535].forEach(put);
  const { rXYZ, gXYZ, bXYZ } = srgbColorants;
  for (let corner = 0; corner < 8; corner++) {
    for (let k = 0; k < 3; k++) {
      const [r, g, b] = [corner & 4 ? rXYZ : [], corner & 2 ? gXYZ : [], corner & 1 ? bXYZ : []];
      put(((r[k] ?? 0) + (g[k] ?? 0) + (b[k] ?? 0)) * 32_768);
    }
  }
  for (let i = 0; i < 3; i++) [0, 65_535].forEach(put);
  return profile('RGB ', [
    ['desc', textTag(name)],
    ['A2B0', table],
  ]);
}

/** `curv`: no value is the identity, one is a gamma, more are samples from 0 to 1. */
export function curv(...values: number[]): Buffer {
  const tag = Buffer.alloc(12 + values.length * 2);
  tag.write('curv', 'latin1');
  tag.writeUInt32BE(values.length, 8);
  const unit = values.length === 1 ? 256 : 65_535;
  values.forEach((value, i) => {
    tag.writeUInt16BE(Math.round(value * unit), 12 + i * 2);
  });
  return tag;
}

/** `para`: one of five functions, and its parameters. */
export function para(type: number, ...parameters: number[]): Buffer {
  const tag = Buffer.alloc(12 + parameters.length * 4);
  tag.write('para', 'latin1');
  tag.writeUInt16BE(type, 8);
  parameters.forEach((value, i) => {
    tag.writeInt32BE(Math.round(value * 65_536), 12 + i * 4);
  });
  return tag;
}

function xyzTag(xyz: number[]): Buffer {
  const tag = Buffer.alloc(20);
  tag.write('XYZ ', 'latin1');
  xyz.forEach((value, i) => {
    tag.writeInt32BE(Math.round(value * 65_536), 8 + i * 4);
  });
  return tag;
}

function textTag(text: string): Buffer {
  const tag = Buffer.alloc(12 + text.length + 1 + 78);
  tag.write('desc', 'latin1');
  tag.writeUInt32BE(text.length + 1, 8);
  tag.write(text, 12, 'latin1');
  return tag;
}

function profile(space: string, tags: Tag[]): Buffer {
  const all: Tag[] = [['wtpt', xyzTag([0.9642, 1, 0.8249])], ...tags];
  const directory = Buffer.alloc(132 + all.length * 12);
  directory.writeUInt32BE(0x02400000, 8);
  for (const [at, text] of [
    [12, 'mntr'],
    [16, space],
    [20, 'XYZ '],
    [36, 'acsp'],
  ] as const) {
    directory.write(text, at, 'latin1');
  }
  [0.9642, 1, 0.8249].forEach((value, i) => {
    directory.writeInt32BE(Math.round(value * 65_536), 68 + i * 4);
  });
  directory.writeUInt32BE(all.length, 128);
  let offset = directory.length;
  all.forEach(([signature, data], i) => {
    directory.write(signature, 132 + i * 12, 'latin1');
    directory.writeUInt32BE(offset, 136 + i * 12);
    directory.writeUInt32BE(data.length, 140 + i * 12);
    offset += data.length;
  });
  const whole = Buffer.concat([directory, ...all.map(([, data]) => data)]);
  whole.writeUInt32BE(whole.length, 0);
  return whole;
}
