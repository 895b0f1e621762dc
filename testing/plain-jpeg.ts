// Reads the coefficients of a whole JPEG, written plainly from ITU-T T.81 and independently of the
// product: bit by bit, with all blocks in memory. Throws an `Error` at anything unexpected.

export interface PlainComponent {
  id: number;
  horizontal: number;
  vertical: number;
  quantizer: number[];
  blocksAcross: number;
  blocksDown: number;
  /** Row by row without the blocks that complete MCUs; each has 64 coefficients in zigzag order. */
  blocks: number[][];
}

export interface PlainJpeg {
  /** The last byte of the frame’s marker. */
  frame: number;
  width: number;
  height: number;
  markers: number[];
  components: PlainComponent[];
}

interface Component extends PlainComponent {
  quantizerId: number;
  storedAcross: number;
  stored: number[][];
}

type Codes = Map<string, number>;

export function readPlainJpeg(file: Uint8Array): PlainJpeg {
  const quantizers = new Map<number, number[]>();
  const tables = new Map<number, Codes>();
  const markers: number[] = [];
  let frame: ReturnType<typeof readFrame> | undefined;
  let interval = 0;
  let at = 2;
  for (;;) {
    if (file[at] !== 0xff) throw new Error(`Expected a marker at ${at}`);
    const marker = file[at + 1] as number;
    markers.push(marker);
    if (marker === 0xd9) break;
    const length = uint16(file, at + 2);
    const body = file.subarray(at + 4, at + 2 + length);
    at += 2 + length;
    if (marker === 0xdb) readQuantizers(body, quantizers);
    if (marker === 0xc4) readTables(body, tables);
    if (marker === 0xdd) interval = uint16(body, 0);
    if (marker === 0xc0 || marker === 0xc1 || marker === 0xc2) frame = readFrame(marker, body);
    if (marker !== 0xda) continue;
    if (!frame) throw new Error('Expected a frame before a scan');
    const end = scanEnd(file, at);
    readScan(body, file.subarray(at, end), { frame, tables, interval });
    at = end;
  }
  if (!frame) throw new Error('Expected a frame');
  const components = frame.components.map(({ storedAcross, stored, quantizerId, ...component }) => {
    const { blocksAcross, blocksDown } = component;
    const blocks = Array.from(
      { length: blocksAcross * blocksDown },
      (_, i) =>
        stored[Math.floor(i / blocksAcross) * storedAcross + (i % blocksAcross)] as number[],
    );
    return { ...component, blocks, quantizer: quantizers.get(quantizerId) ?? [] };
  });
  return { frame: frame.marker, width: frame.width, height: frame.height, markers, components };
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) * 256 + (bytes[at + 1] as number);
}

function readQuantizers(body: Uint8Array, quantizers: Map<number, number[]>): void {
  for (let at = 0; at < body.length; ) {
    const kind = body[at++] as number;
    const values: number[] = [];
    for (let i = 0; i < 64; i++) {
      values.push(kind >= 16 ? uint16(body, at) : (body[at] as number));
      at += kind >= 16 ? 2 : 1;
    }
    quantizers.set(kind % 16, values);
  }
}

/** The codes as text: annex C. */
function readTables(body: Uint8Array, tables: Map<number, Codes>): void {
  for (let at = 0; at < body.length; ) {
    const kind = body[at] as number;
    const counts = body.subarray(at + 1, at + 17);
    at += 17;
    const codes: Codes = new Map();
    let code = 0;
    for (let length = 1; length <= 16; length++, code *= 2) {
      for (let i = 0; i < (counts[length - 1] as number); i++) {
        codes.set((code++).toString(2).padStart(length, '0'), body[at++] as number);
      }
    }
    tables.set(kind, codes);
  }
}

function readFrame(marker: number, body: Uint8Array) {
  const [height, width] = [uint16(body, 1), uint16(body, 3)];
  const shapes = Array.from({ length: body[5] as number }, (_, i) => {
    const [id = 0, sampling = 0, quantizerId = 0] = body.subarray(6 + i * 3, 9 + i * 3);
    return { id, horizontal: sampling >> 4, vertical: sampling & 15, quantizerId };
  });
  const [maxAcross, maxDown] = [
    Math.max(...shapes.map(({ horizontal }) => horizontal)),
    Math.max(...shapes.map(({ vertical }) => vertical)),
  ];
  const mcusAcross = Math.ceil(width / 8 / maxAcross);
  const mcusDown = Math.ceil(height / 8 / maxDown);
  const components = shapes.map((shape): Component => {
    const storedAcross = mcusAcross * shape.horizontal;
    const stored = Array.from({ length: storedAcross * mcusDown * shape.vertical }, () =>
      Array.from({ length: 64 }, () => 0),
    );
    const samplesAcross = Math.ceil((width * shape.horizontal) / maxAcross);
    const samplesDown = Math.ceil((height * shape.vertical) / maxDown);
    return {
      ...shape,
      ...{ storedAcross, stored, blocks: [], quantizer: [] },
      blocksAcross: Math.ceil(samplesAcross / 8),
      blocksDown: Math.ceil(samplesDown / 8),
    };
  });
  return { marker, width, height, mcusAcross, mcusDown, components };
}

/** The offset of the first marker that is no restart marker. */
function scanEnd(file: Uint8Array, start: number): number {
  for (let at = start; ; at++) {
    if (at >= file.length) throw new Error('Expected a marker after a scan');
    const next = file[at + 1] as number;
    if (file[at] === 0xff && next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
  }
}

interface ScanContext {
  frame: ReturnType<typeof readFrame>;
  tables: Map<number, Codes>;
  interval: number;
}

function readScan(body: Uint8Array, data: Uint8Array, { frame, tables, interval }: ScanContext) {
  const count = body[0] as number;
  const isFull = frame.marker !== 0xc2;
  // Some phones write other values in sequential files, where they have no meaning.
  const [first = 0, last = 63, bits = 0] = isFull ? [] : body.subarray(1 + count * 2);
  const parts = Array.from({ length: count }, (_, i) => {
    const [id, numbers = 0] = body.subarray(1 + i * 2, 3 + i * 2);
    const component = frame.components.find((each) => each.id === id);
    if (!component) throw new Error(`Expected a component ${id}`);
    const [dc, ac] = [tables.get(numbers >> 4), tables.get(16 + (numbers & 15))];
    return { component, dc, ac, predicted: 0 };
  });
  const band = { first, last, high: bits >> 4, low: bits & 15, isFull };
  const [alone] = parts;
  if (!alone) throw new Error('Expected a component in a scan');
  const isAlone = count === 1;
  const across = isAlone ? alone.component.blocksAcross : frame.mcusAcross;
  const mcus = across * (isAlone ? alone.component.blocksDown : frame.mcusDown);
  const reader = bitReader(data);
  const state = { empty: 0 };
  for (let mcu = 0; mcu < mcus; mcu++) {
    if (interval > 0 && mcu > 0 && mcu % interval === 0) {
      reader.restart();
      state.empty = 0;
      for (const part of parts) part.predicted = 0;
    }
    const [x, y] = [mcu % across, Math.floor(mcu / across)];
    for (const part of parts) {
      const { stored, storedAcross } = part.component;
      const [wide, high] = isAlone ? [1, 1] : [part.component.horizontal, part.component.vertical];
      for (let i = 0; i < wide * high; i++) {
        const row = y * high + Math.floor(i / wide);
        const block = stored[row * storedAcross + x * wide + (i % wide)] as number[];
        readBlock(block, { ...band, part, reader, state });
      }
    }
  }
}

interface BlockContext {
  first: number;
  last: number;
  high: number;
  low: number;
  /** A sequential file. */
  isFull: boolean;
  part: { dc: Codes | undefined; ac: Codes | undefined; predicted: number };
  reader: ReturnType<typeof bitReader>;
  state: { empty: number };
}

/** Annexes F.2.2 and G.1.2. */
function readBlock(block: number[], context: BlockContext): void {
  const { first, high, low, isFull, part, reader } = context;
  if (isFull || (first === 0 && high === 0)) {
    part.predicted += reader.signed(reader.symbol(part.dc));
    block[0] = part.predicted * 2 ** low;
  } else if (first === 0) {
    if (reader.bit() === 1) block[0] = (block[0] as number) | (1 << low);
  }
  if (isFull) readAc(block, { ...context, first: 1, last: 63, low: 0 });
  else if (first > 0 && high === 0) readAc(block, context);
  else if (first > 0) refineAc(block, context);
}

function readAc(
  block: number[],
  { first, last, low, isFull, part, reader, state }: BlockContext,
): void {
  if (state.empty > 0) {
    state.empty--;
    return;
  }
  for (let k = first; k <= last; k++) {
    const symbol = reader.symbol(part.ac);
    const [run, size] = [symbol >> 4, symbol & 15];
    if (size === 0 && run < 15) {
      // Runs of empty blocks exist only in progressive files.
      if (!isFull) state.empty = 2 ** run + reader.bits(run) - 1;
      return;
    }
    k += run;
    if (size > 0) block[k] = reader.signed(size) * 2 ** low;
  }
}

function refineAc(block: number[], { first, last, low, part, reader, state }: BlockContext): void {
  const refine = (k: number) => {
    const value = block[k] as number;
    if (reader.bit() === 1) block[k] = value + Math.sign(value) * 2 ** low;
  };
  let k = first;
  while (state.empty === 0 && k <= last) {
    const symbol = reader.symbol(part.ac);
    const size = symbol & 15;
    let run = symbol >> 4;
    if (size === 0 && run < 15) {
      state.empty = 2 ** run + reader.bits(run);
      break;
    }
    const value = size === 0 ? 0 : (reader.bit() * 2 - 1) * 2 ** low;
    for (; k <= last; k++) {
      if (block[k] !== 0) refine(k);
      else if (run-- === 0) break;
    }
    if (value !== 0) block[k] = value;
    k++;
  }
  if (state.empty === 0) return;
  for (; k <= last; k++) if (block[k] !== 0) refine(k);
  state.empty--;
}

function bitReader(data: Uint8Array) {
  let [at, left, byte] = [0, 0, 0];
  const bit = (): number => {
    if (left === 0) {
      if (at >= data.length) throw new Error('Expected more data');
      byte = data[at] as number;
      // After 0xff comes a stuffed zero.
      at += byte === 0xff ? 2 : 1;
      left = 8;
    }
    left--;
    return (byte >> left) & 1;
  };
  const bits = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 2 + bit();
    return value;
  };
  return {
    bit,
    bits,
    symbol(codes: Codes | undefined): number {
      for (let text = ''; text.length < 16; ) {
        text += bit();
        const symbol = codes?.get(text);
        if (symbol !== undefined) return symbol;
      }
      throw new Error('Expected a code');
    },
    signed(size: number): number {
      const value = bits(size);
      return size > 0 && value < 2 ** (size - 1) ? value - 2 ** size + 1 : value;
    },
    restart(): void {
      if (data[at] !== 0xff) throw new Error('Expected a restart marker');
      at += 2;
      left = 0;
    },
  };
}
