// Writes JPEGs of random coefficients, of any sampling, number of scans and restart interval. All
// codes have 8 bits, so that no Huffman table has to be built.
import { mulberry32 } from '../src/convert/gray/mulberry32.ts';

export interface RandomJpeg {
  bytes: Buffer;
  width: number;
  height: number;
  isProgressive: boolean;
  /** The luma: 64 coefficients in zigzag order for each block, row by row. */
  blocks: number[][];
  quantizer: number[];
}

interface Component {
  id: number;
  across: number;
  down: number;
  blocksAcross: number;
  blocksDown: number;
  storedAcross: number;
  stored: number[][];
}

/** The same seed always gives the same file. */
export function randomJpeg(seed: number): RandomJpeg {
  const random = mulberry32(seed);
  const below = (max: number) => Math.floor(random() * max);
  const [width, height] = [1 + below(40), 1 + below(40)];
  const isProgressive = random() < 0.4;
  const isDeep = random() < 0.1;
  const quantizer = Array.from({ length: 64 }, () => 1 + below(isDeep ? 65_535 : 255));
  const luma = [1 + below(4), 1 + below(4)] as const;
  const chroma = () => [1 + below(luma[0]), 1 + below(luma[1])] as const;
  const shapes = random() < 0.2 ? [luma] : [luma, chroma(), chroma()];
  const [mcusAcross, mcusDown] = [Math.ceil(width / 8 / luma[0]), Math.ceil(height / 8 / luma[1])];
  const components = shapes.map(([across, down], i): Component => {
    const storedAcross = mcusAcross * across;
    const count = storedAcross * mcusDown * down;
    return {
      ...{ id: i + 1, across, down, storedAcross },
      blocksAcross: Math.ceil(Math.ceil((width * across) / luma[0]) / 8),
      blocksDown: Math.ceil(Math.ceil((height * down) / luma[1]) / 8),
      stored: Array.from({ length: count }, () => randomBlock(random)),
    };
  });
  const interval = random() < 0.4 ? 1 + below(9) : 0;
  const frame = isProgressive ? 0xc2 : isDeep ? 0xc1 : 0xc0;
  const sampling = components.flatMap(({ id, across, down }) => [id, across * 16 + down, 0]);
  const start = [
    Buffer.of(0xff, 0xd8),
    segment(0xdb, [isDeep ? 16 : 0, ...quantizer.flatMap((q) => (isDeep ? word(q) : [q]))]),
    segment(frame, [8, ...word(height), ...word(width), components.length, ...sampling]),
    segment(0xc4, [0x00, ...table(dcSymbols), 0x10, ...table(acSymbols)]),
    ...(interval > 0 ? [segment(0xdd, word(interval))] : []),
  ];
  const blocksInMcu = shapes.reduce((sum, [across, down]) => sum + across * down, 0);
  const isInterleaved = blocksInMcu <= 10 && random() < 0.7;
  const groups = isInterleaved ? [components] : components.map((each) => [each]);
  const grid = { mcusAcross, mcusDown, interval };
  const bands = isProgressive ? progressiveBands(below) : [{ first: 0, last: 63, high: 0, low: 0 }];
  const scans = bands.flatMap((band) =>
    (band.first > 0 ? components.map((each) => [each]) : groups).map((group) =>
      writeScan(group, { ...grid, ...band, isProgressive }),
    ),
  );
  const [first] = components as [Component];
  const blocks = Array.from(
    { length: first.blocksAcross * first.blocksDown },
    (_, i) =>
      first.stored[
        Math.floor(i / first.blocksAcross) * first.storedAcross + (i % first.blocksAcross)
      ] as number[],
  );
  const bytes = Buffer.concat([...start, ...scans, Buffer.of(0xff, 0xd9)]);
  return { bytes, width, height, isProgressive, blocks, quantizer };
}

/** Most coefficients are zero, and some blocks are empty or full. */
function randomBlock(random: () => number): number[] {
  const density = random() ** 3;
  const value = () => Math.round((random() * 2 - 1) * 1_023 ** random()) + 0;
  return Array.from({ length: 64 }, (_, k) =>
    k === 0 ? Math.round((random() * 2 - 1) * 1_023) + 0 : random() < density ? value() : 0,
  );
}

const dcSymbols = Array.from({ length: 12 }, (_, size) => size);
const acSymbols = [
  ...Array.from({ length: 16 }, (_, run) => run * 16),
  ...Array.from({ length: 160 }, (_, i) => (i >> 4) + 1 + (i & 15) * 16),
];

function table(symbols: readonly number[]): number[] {
  return [...Array.from({ length: 16 }, (_, i) => (i === 7 ? symbols.length : 0)), ...symbols];
}

interface Band {
  first: number;
  last: number;
  high: number;
  low: number;
}

function progressiveBands(below: (max: number) => number): Band[] {
  const [low, split] = [below(3), 1 + below(62)];
  const more = Array.from({ length: low }, (_, i) => ({ high: low - i, low: low - i - 1 }));
  const bands = [
    { first: 0, last: 0 },
    { first: 1, last: split },
    { first: split + 1, last: 63 },
  ];
  return [{ high: 0, low }, ...more].flatMap((bits) => bands.map((band) => ({ ...band, ...bits })));
}

interface ScanOptions extends Band {
  mcusAcross: number;
  mcusDown: number;
  interval: number;
  isProgressive: boolean;
}

function writeScan(parts: readonly Component[], options: ScanOptions): Buffer {
  const { interval, first, last, high, low } = options;
  const [alone] = parts as [Component];
  const isAlone = parts.length === 1;
  const across = isAlone ? alone.blocksAcross : options.mcusAcross;
  const mcus = across * (isAlone ? alone.blocksDown : options.mcusDown);
  const ids = parts.flatMap(({ id }) => [id, 0]);
  const header = segment(0xda, [parts.length, ...ids, first, last, high * 16 + low]);
  const writer = bitWriter();
  const predicted = new Map<Component, number>();
  for (let mcu = 0; mcu < mcus; mcu++) {
    if (interval > 0 && mcu > 0 && mcu % interval === 0) {
      writer.restart(mcu / interval - 1);
      predicted.clear();
    }
    const [x, y] = [mcu % across, Math.floor(mcu / across)];
    for (const part of parts) {
      const [wide, tall] = isAlone ? [1, 1] : [part.across, part.down];
      for (let i = 0; i < wide * tall; i++) {
        const row = y * tall + Math.floor(i / wide);
        const block = part.stored[row * part.storedAcross + x * wide + (i % wide)] as number[];
        const dc = (block[0] as number) >> low;
        if (first === 0 && high === 0) writer.dc(dc - (predicted.get(part) ?? 0));
        else if (first === 0) writer.bits(dc & 1, 1);
        predicted.set(part, dc);
        if (!options.isProgressive) writeAc(writer, block, { ...options, first: 1 });
        else if (first > 0 && high === 0) writeAc(writer, block, options);
        else if (first > 0) refineAc(writer, block, options);
      }
    }
  }
  return Buffer.concat([header, writer.finish()]);
}

type Writer = ReturnType<typeof bitWriter>;

function writeAc(writer: Writer, block: readonly number[], { first, last, low }: Band): void {
  let run = 0;
  for (let k = first; k <= last; k++) {
    const value = Math.trunc((block[k] as number) / 2 ** low);
    if (value === 0) {
      run++;
      continue;
    }
    for (; run > 15; run -= 16) writer.ac(0xf0);
    writer.ac(run * 16 + sizeOf(value));
    writer.value(value);
    run = 0;
  }
  if (run > 0) writer.ac(0);
}

/** ITU-T T.81, figure G.7, with an end in each block. */
function refineAc(writer: Writer, block: readonly number[], { first, last, low }: Band): void {
  const shifted = block.map((value) => Math.abs(value) >> low);
  const lastNew = shifted.findLastIndex((value, k) => value === 1 && k >= first && k <= last);
  let [run, corrections]: [number, number[]] = [0, []];
  const flush = () => {
    for (const bit of corrections) writer.bits(bit, 1);
    corrections = [];
  };
  for (let k = first; k <= last; k++) {
    const value = shifted[k] as number;
    if (value === 0) {
      run++;
      continue;
    }
    for (; run > 15 && k <= lastNew; run -= 16) {
      writer.ac(0xf0);
      flush();
    }
    if (value > 1) {
      corrections.push(value & 1);
      continue;
    }
    writer.ac(run * 16 + 1);
    writer.bits((block[k] as number) > 0 ? 1 : 0, 1);
    flush();
    run = 0;
  }
  if (run === 0 && corrections.length === 0) return;
  writer.ac(0);
  flush();
}

function sizeOf(value: number): number {
  return 32 - Math.clz32(Math.abs(value));
}

function bitWriter() {
  const bytes: number[] = [];
  let text = '';
  const bits = (value: number, count: number) => {
    if (count > 0) text += value.toString(2).padStart(count, '0');
    for (; text.length >= 8; text = text.slice(8)) {
      const byte = Number.parseInt(text.slice(0, 8), 2);
      bytes.push(...(byte === 0xff ? [0xff, 0] : [byte]));
    }
  };
  const pad = () => bits(2 ** ((8 - text.length) % 8) - 1, (8 - text.length) % 8);
  const value = (signed: number) => {
    const size = sizeOf(signed);
    bits(signed < 0 ? signed + 2 ** size - 1 : signed, size);
  };
  return {
    bits,
    value,
    ac: (symbol: number) => bits(acSymbols.indexOf(symbol), 8),
    dc(difference: number) {
      bits(dcSymbols.indexOf(sizeOf(difference)), 8);
      value(difference);
    },
    restart(number: number) {
      pad();
      bytes.push(0xff, 0xd0 + (number % 8));
    },
    finish() {
      pad();
      return Buffer.from(bytes);
    },
  };
}

function word(value: number): [number, number] {
  return [value >> 8, value & 255];
}

function segment(marker: number, body: readonly number[]): Buffer {
  return Buffer.from([0xff, marker, ...word(body.length + 2), ...body]);
}
