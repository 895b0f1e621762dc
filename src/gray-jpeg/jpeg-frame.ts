/** ITU-T T.81, table B.1. */
const frameKinds: Record<number, { isProgressive: boolean }> = {
  192: { isProgressive: false },
  193: { isProgressive: false },
  194: { isProgressive: true },
};

export interface JpegFrame {
  width: number;
  height: number;
  isProgressive: boolean;
  /** Bits per sample. */
  precision: number;
  /** MCUs are the blocks of several components that are coded together: ITU-T T.81, A.2. */
  mcusAcross: number;
  mcusDown: number;
  components: JpegComponent[];
  /** Whether libjpeg has no objection to the order and the parameters of segments and scans. */
  isRegular: boolean;
}

/** Rows of samples in the kernel’s heap. */
export interface SampleRows {
  /** The address of the first row. */
  at: number;
  stride: number;
}

/** A quantization table in zigzag order. */
export type Quantizer = readonly number[];

export interface JpegComponent {
  /** Its place in the frame. */
  index: number;
  id: number;
  /** Blocks of this component in an MCU. */
  horizontal: number;
  vertical: number;
  /** Blocks with pixels, without those that only complete an MCU. */
  blocksAcross: number;
  blocksDown: number;
  /** Blocks in a row, including those that complete MCUs. */
  storedAcross: number;
  storedDown: number;
  /** Addresses in the kernel’s heap; 0 for what is not kept. See assembly/scan.ts. */
  marks: number;
  coefficients: number;
  /** Which of its blocks have coefficients there: all, or those of a row of MCUs. */
  keeps: 'all' | 'row';
  /** Where samples are stored instead of coefficients, a row of MCUs at a time. */
  samples: SampleRows | undefined;
  /** How many scans contain it. */
  scans: number;
  /** The number of its quantization table, and the table when its first scan began. */
  quantizerId: number;
  quantizer: Quantizer | undefined;
  /** The lowest bit that has arrived of each coefficient. */
  lowBits: Uint8Array;
}

/** No bit of a coefficient has arrived yet. */
export const notArrived = 255;

export function isFrame(marker: number): boolean {
  return marker >= 192 && marker <= 207 && ![196, 200, 204].includes(marker);
}

/** ITU-T T.81, B.2.2. Undefined for a frame that is not Huffman-coded DCT. */
export function readFrame(marker: number, body: Uint8Array): JpegFrame | undefined {
  const kind = frameKinds[marker];
  const [precision = 0, h1 = 0, h0 = 0, w1 = 0, w0 = 0, count = 0] = body;
  const [width, height] = [w1 * 256 + w0, h1 * 256 + h0];
  const shapes = Array.from({ length: count }, (_, i) => shapeOf(body, 6 + i * 3));
  const isValid = shapes.every(
    ({ horizontal: h, vertical: v }) => h > 0 && h < 5 && v > 0 && v < 5,
  );
  if (!kind || !isValid || count === 0 || width === 0 || height === 0) return undefined;
  const maxHorizontal = Math.max(...shapes.map(({ horizontal }) => horizontal));
  const maxVertical = Math.max(...shapes.map(({ vertical }) => vertical));
  const mcusAcross = Math.ceil(width / (8 * maxHorizontal));
  const mcusDown = Math.ceil(height / (8 * maxVertical));
  const components: JpegComponent[] = shapes.map(({ horizontal, vertical, ...shape }, index) => ({
    ...shape,
    index,
    horizontal,
    vertical,
    blocksAcross: Math.ceil(Math.ceil((width * horizontal) / maxHorizontal) / 8),
    blocksDown: Math.ceil(Math.ceil((height * vertical) / maxVertical) / 8),
    storedAcross: mcusAcross * horizontal,
    storedDown: mcusDown * vertical,
    marks: 0,
    coefficients: 0,
    keeps: 'all',
    samples: undefined,
    scans: 0,
    quantizer: undefined,
    lowBits: new Uint8Array(64).fill(notArrived),
  }));
  return { ...kind, width, height, precision, mcusAcross, mcusDown, components, isRegular: true };
}

function shapeOf(body: Uint8Array, at: number) {
  const [id = 0, sampling = 0, quantizerId = 0] = body.subarray(at, at + 3);
  return { id, horizontal: sampling >> 4, vertical: sampling & 15, quantizerId };
}
