import { unsupportedVariant } from '../wasm/wasm-errors.ts';
import type { JxlBits } from './jxl-bits.ts';

/** How bright white is, and where the header says so. */
export interface ToneMapping {
  /** In cd/m². */
  intensityTarget: number;
  /** The bits from here to `end` are the tone mapping, the extensions and the matrix from XYB. */
  start: number;
  end: number;
  /** The matrix from XYB and the biases with it, if they are not the default ones. */
  opsin: readonly number[] | undefined;
  hasDefaultTransform: boolean;
}

/** The decoder compresses the range of files whose white is brighter than this, in cd/m². */
const sdrIntensity = 255;
const opsinCount = 16;

/**
 * Reads the header of an image in XYB after its colours: ISO/IEC 18181-1, D.3.2. Undefined if its
 * tone mapping is the default. Throws `UNSUPPORTED_FORMAT` for extensions; none is defined yet.
 */
export function readToneMapping(reader: JxlBits): ToneMapping | undefined {
  const start = reader.position();
  const isDefault = reader.flag();
  if (isDefault) return undefined;
  const intensityTarget = reader.half();
  reader.half();
  reader.flag();
  reader.half();
  const hasExtensions = reader.bits(2) !== 0;
  if (hasExtensions) throw unsupportedVariant('JPEG XL', 'one whose header has extensions');
  const hasDefaultTransform = reader.flag();
  const hasDefaultOpsin = hasDefaultTransform || reader.flag();
  const opsin = hasDefaultOpsin
    ? undefined
    : Array.from({ length: opsinCount }, () => reader.half());
  return { intensityTarget, start, end: reader.position(), opsin, hasDefaultTransform };
}

/**
 * Returns the codestream in a form that the decoder does not tone-map. White is white for any
 * intensity target, but jxl-oxide compresses the range of SDR images if it is above 255 cd/m². The
 * header is changed to the default target, with a matrix from XYB scaled to make up for it.
 */
export function withoutToneMapping(codestream: Uint8Array, toneMapping: ToneMapping): Uint8Array {
  const { intensityTarget, start, end, opsin = defaultOpsin, hasDefaultTransform } = toneMapping;
  if (intensityTarget <= sdrIntensity) return codestream;
  const matrix = scaledMatrix(opsin, sdrIntensity / intensityTarget);
  const after = [
    // An own transform with an own matrix, and the default weights of upsampling.
    '00',
    ...[...matrix, ...opsin.slice(matrix.length)].map(halfBits),
    hasDefaultTransform ? '000' : '',
  ].join('');
  const replaced = `1${extensionFor(end - start - after.length - 1)}${after}`;
  return spliced(codestream, { start, end, replaced });
}

/** ISO/IEC 18181-1, L.2.2: the matrix, and the biases of XYB and of its quantization. */
const defaultOpsin: readonly number[] = [
  11.031566901960783, -9.866943921568629, -0.16462299647058826, -3.254147380392157,
  4.418770392156863, -0.16462299647058826, -3.6588512862745097, 2.7129230470588235,
  1.9459282392156863, -0.0037930732552754493, -0.0037930732552754493, -0.0037930732552754493,
  0.945349926692846, 0.929945501082514, 0.950064896662656, 0.145,
];

/** The last number of each row makes up for the rounding of the others, so that gray stays gray. */
function scaledMatrix(opsin: readonly number[], scale: number): number[] {
  return [0, 3, 6].flatMap((row) => {
    const [a = 0, b = 0, c = 0] = opsin.slice(row, row + 3).map((number) => number * scale);
    return [a, b, a + b + c - roundedToHalf(a) - roundedToHalf(b)];
  });
}

/**
 * An extension without meaning, of a length that keeps everything after it at its place in a byte:
 * ISO/IEC 18181-1, B.3. `bits` is how many are free for it.
 */
function extensionFor(bits: number): string {
  const [number1, headBits] = ['100000', 12];
  const length = 1 + ((((bits - headBits - 1) % 8) + 8) % 8);
  return `${number1}10${reversedBits(length - 1, 4)}${'0'.repeat(length)}`;
}

/** Least significant bit first. */
function reversedBits(value: number, count: number): string {
  return Array.from({ length: count }, (_, i) => (value >> i) & 1).join('');
}

const fractionBits = 10;

/** The exponent of a number that is normal in IEEE 754 binary16. */
function exponentOf(value: number): number {
  return Math.max(Math.floor(Math.log2(Math.abs(value))), -14);
}

function roundedToHalf(value: number): number {
  if (value === 0) return 0;
  const step = 2 ** (exponentOf(value) - fractionBits);
  return Math.round(value / step) * step;
}

function halfBits(value: number): string {
  const size = Math.abs(roundedToHalf(value));
  const exponent = size === 0 ? -15 : exponentOf(size);
  const isSubnormal = size < 2 ** -14;
  const fraction = isSubnormal ? size * 2 ** 24 : (size / 2 ** exponent - 1) * 2 ** fractionBits;
  const code = (isSubnormal ? 0 : (exponent + 15) << fractionBits) + fraction;
  return reversedBits(code + (value < 0 ? 0x8000 : 0), 16);
}

/** The bytes with the bits from `start` to `end` replaced, by a number that differs by whole bytes. */
function spliced(
  bytes: Uint8Array,
  { start, end, replaced }: { start: number; end: number; replaced: string },
): Uint8Array {
  const bitsOf = (from: number, to: number) =>
    Array.from(
      { length: to - from },
      (_, i) => ((bytes[(from + i) >> 3] ?? 0) >> ((from + i) & 7)) & 1,
    );
  const [firstByte, nextByte] = [start >> 3, (end + 7) >> 3];
  const bits = [...bitsOf(firstByte * 8, start), ...replaced, ...bitsOf(end, nextByte * 8)].map(
    Number,
  );
  const middle = Uint8Array.from({ length: bits.length / 8 }, (_, i) =>
    bits.slice(i * 8, i * 8 + 8).reduce((byte, bit, k) => byte | (bit << k), 0),
  );
  return Buffer.concat([bytes.subarray(0, firstByte), middle, bytes.subarray(nextByte)]);
}
