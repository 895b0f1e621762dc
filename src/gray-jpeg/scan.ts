import { type JpegComponent, type JpegFrame, notArrived } from './jpeg-frame.ts';
import { heapOf, type JpegKernel } from './kernel.ts';
import type { HuffmanDefinition, JpegTables } from './tables.ts';

export interface ScanHeader {
  /** The segment of the scan’s header. */
  body: Uint8Array;
  frame: JpegFrame;
  tables: JpegTables;
}

interface ScanPart {
  component: JpegComponent;
  dc: HuffmanDefinition | undefined;
  ac: HuffmanDefinition | undefined;
}

export interface Scan {
  parts: ScanPart[];
  coding: Coding;
  band: { first: number; last: number; lowBit: number };
  mcusAcross: number;
  mcus: number;
}

type Coding = keyof typeof codings;

/** How blocks are coded; the numbers are those of assembly/scan.ts. */
const codings = {
  sequential: 0,
  'first DC': 1,
  'more DC': 2,
  'first AC': 3,
  'more AC': 4,
} as const;

/** Sequential blocks whose samples are stored. */
const sampleCoding = 5;

/** The meaning of a table’s symbols: see assembly/table.ts. */
const tableKinds = { sequential: 1, 'first DC': 1, 'more DC': 1, 'first AC': 2, 'more AC': 3 };
const dcKind = 0;

/** ITU-T T.81, B.2.3. */
const maxParts = 4;

/** Undefined if the header is of no component, or of components that cannot be in one scan. */
export function readScanHeader({ body, frame, tables }: ScanHeader): Scan | undefined {
  const count = body[0] ?? 0;
  const { isProgressive } = frame;
  // Some phones write other values in sequential files, where they have no meaning.
  const [first = 0, last = 63, bits = 0] = isProgressive ? body.subarray(1 + count * 2) : [];
  const band = { first, last: Math.min(last, 63), lowBit: bits & 15 };
  const highBit = bits >> 4;
  const parts: ScanPart[] = [];
  for (let i = 0; i < count; i++) {
    const [id, numbers = 0] = body.subarray(1 + i * 2, 3 + i * 2);
    const component = frame.components.find((each) => each.id === id);
    if (!component) continue;
    const dc = tables.huffman.get(numbers >> 4);
    const ac = tables.huffman.get(16 + (numbers & 15));
    parts.push({ component, dc, ac });
  }
  const coding = isProgressive ? progressiveCoding(first, highBit > 0) : 'sequential';
  const [only] = parts;
  if (!only || parts.length > (coding.endsWith('AC') ? 1 : maxParts)) return undefined;
  const isRegular = isExpected({ count, parts, band: { ...band, last, highBit }, isProgressive });
  frame.isRegular &&= isRegular && body.length === 4 + 2 * count;
  for (const { component } of parts) {
    component.scans++;
    component.quantizer ??= tables.quantizers.get(component.quantizerId);
    component.lowBits.fill(band.lowBit, band.first, band.last + 1);
  }
  return { parts, coding, band, ...gridOf(only.component, parts.length, frame) };
}

const maxDcSize = 15;

interface ExpectedScan extends Pick<Scan, 'parts'> {
  /** The number of components that the header states. */
  count: number;
  band: Scan['band'] & { highBit: number };
  isProgressive: boolean;
}

/** Whether libjpeg has no objection to a scan: ITU-T T.81, B.2.3 and G.1.1.1. */
function isExpected({ count, parts, band, isProgressive }: ExpectedScan): boolean {
  if (parts.length !== count || new Set(parts.map(({ component }) => component)).size < count) {
    return false;
  }
  if (parts.some(({ dc }) => dc?.symbols.some((size) => size > maxDcSize))) return false;
  if (!isProgressive) return parts.every(({ component }) => component.scans === 0);
  const { first, last, lowBit, highBit } = band;
  const isBand = first === 0 ? last === 0 : first <= last && last < 64;
  if (!isBand || lowBit > 13 || (highBit > 0 && lowBit !== highBit - 1)) return false;
  return parts.every(({ component: { lowBits } }) => {
    const before = lowBits.subarray(first, last + 1);
    const isNext = before.every((bit) => (bit === notArrived ? 0 : bit) === highBit);
    return isNext && (first === 0 || lowBits[0] !== notArrived);
  });
}

function progressiveCoding(first: number, isRefining: boolean): Coding {
  if (first === 0) return isRefining ? 'more DC' : 'first DC';
  return isRefining ? 'more AC' : 'first AC';
}

/** A scan of one component has no MCUs of several blocks: ITU-T T.81, A.2.2. */
function gridOf(component: JpegComponent, count: number, frame: JpegFrame) {
  const [mcusAcross, mcusDown] =
    count === 1
      ? [component.blocksAcross, component.blocksDown]
      : [frame.mcusAcross, frame.mcusDown];
  return { mcusAcross, mcus: mcusAcross * mcusDown };
}

/** Prepares the kernel for the intervals of a scan. */
export function beginScan(kernel: JpegKernel, scan: Scan, precision: number): void {
  const { parts, coding, band, mcusAcross } = scan;
  const isSampled = parts.every(({ component }) => component.samples);
  kernel.beginScan(isSampled ? sampleCoding : codings[coding], mcusAcross);
  kernel.setBand(band.first, band.last, band.lowBit, precision);
  const [, blue, red] = parts.map(({ component: { quantizer } }) => quantizer?.[0] ?? 0);
  kernel.setChromaFactors(blue ?? 0, red ?? 0);
  for (const [i, { component, dc, ac }] of parts.entries()) {
    defineTable(kernel, 2 * i, { kind: dcKind, maxSize: precision + 3, definition: dc });
    const maxSize = maxAcSize(scan, precision);
    defineTable(kernel, 2 * i + 1, { kind: tableKinds[coding], maxSize, definition: ac });
    const isAlone = parts.length === 1;
    const { index, storedAcross, marks, coefficients, keeps, samples } = component;
    const across = isAlone ? 1 : component.horizontal;
    const down = isAlone ? 1 : component.vertical;
    if (samples) kernel.addSamples(across, down, index, samples.at, samples.stride);
    else kernel.addPart(across, down, storedAcross, marks, coefficients, keeps === 'all');
  }
}

/** ITU-T T.81, F.1.2.2.1 and G.1.2.3. */
function maxAcSize({ coding, band }: Scan, precision: number): number {
  return coding === 'more AC' ? 1 : precision + 2 - band.lowBit;
}

const maxDefinitionBytes = 16 + 256;

interface KernelTable {
  kind: number;
  maxSize: number;
  definition: HuffmanDefinition | undefined;
}

function defineTable(
  kernel: JpegKernel,
  slot: number,
  { kind, maxSize, definition }: KernelTable,
): void {
  const at = kernel.definitionAt(slot);
  const heap = heapOf(kernel);
  heap.fill(0, at, at + maxDefinitionBytes);
  if (definition) {
    heap.set(definition.counts, at);
    heap.set(definition.symbols, at + 16);
  }
  kernel.defineTable(slot, kind, maxSize, definition !== undefined);
}
