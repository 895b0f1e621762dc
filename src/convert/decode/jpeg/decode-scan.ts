import type { Deadline } from '../../deadline.ts';
import {
  type BlockState,
  type DecodeBlock,
  decodeAcFirst,
  decodeAcMore,
  decodeDcFirst,
  decodeDcMore,
  decodeSequential,
} from './decode-block.ts';
import { type EntropyBits, endOfInterval, entropyBits, type IntervalEnd } from './entropy-bits.ts';
import type { HuffmanTable } from './huffman-table.ts';
import type { JpegComponent, JpegFrame } from './jpeg-frame.ts';
import { ScanDamage } from './scan-damage.ts';
import { hasImpossibleZeros } from './zero-runs.ts';

interface ScanInput {
  bytes: Uint8Array;
  /** Where the entropy-coded data begin. */
  at: number;
  /** The segment of the scan’s header. */
  body: Uint8Array;
  frame: JpegFrame;
  /** By class and number, as in the file. */
  tables: ReadonlyMap<number, HuffmanTable>;
  /** MCUs between restart markers; 0 means there are none. */
  interval: number;
  deadline: Deadline;
}

export interface ScanResult {
  /** The first problem. */
  damage: string | undefined;
  /** The share of the scan’s MCUs that could not be decoded, from 0 to 1. */
  missingShare: number;
  /** Whether the scan has the coarsest data of its blocks, without which they have no pixels. */
  isFirst: boolean;
  /** Where the next segment begins. */
  next: number;
}

interface ScanPart {
  component: JpegComponent;
  state: BlockState;
}

interface Scan {
  parts: ScanPart[];
  decode: DecodeBlock;
  isFirst: boolean;
  /** Whether it adds bits to coefficients, which may all be zero. */
  isRefining: boolean;
  mcusAcross: number;
  mcus: number;
}

/** Decodes all MCUs of a scan: ITU-T T.81, B.2.3 and E.2. Resumes after damage at restart markers. */
export function decodeScan(input: ScanInput): ScanResult {
  const scan = scanOf(input);
  if (!scan) {
    const damage = 'has no known component';
    return { damage, missingShare: 1, isFirst: true, next: input.at };
  }
  const { isFirst } = scan;
  const states = scan.parts.map(({ state }) => state);
  const interval = input.interval || scan.mcus;
  let [next, missing] = [input.at, 0];
  let damage: string | undefined;
  for (let mcu = 0; mcu < scan.mcus; ) {
    const until = Math.min(mcu + interval, scan.mcus);
    const { done, reason, end } = decodeInterval(scan, { ...input, at: next, mcu, until });
    damage ??= reason ?? endDamage(end);
    if (!scan.isRefining && hasImpossibleZeros(states, input.bytes.subarray(next, end.next))) {
      damage ??= 'has a run of zeros';
    }
    missing += until - done;
    next = end.next;
    if (until === scan.mcus) break;
    const index = Math.floor(mcu / interval) + 1;
    const skipped = intervalsSkipped(end.marker, index - 1);
    mcu = until + (skipped ?? 0) * interval;
    if (skipped !== 0) damage ??= 'has a wrong restart marker';
    missing += Math.min(mcu, scan.mcus) - until;
    if (skipped === undefined) {
      missing += scan.mcus - until;
      break;
    }
  }
  // Back to the marker. A restart marker after the last interval is harmless.
  next = Math.max(input.at, next - 2);
  return { damage, missingShare: missing / scan.mcus, isFirst, next };
}

interface IntervalInput extends ScanInput {
  mcu: number;
  until: number;
}

/** Decodes MCUs up to a restart marker; `done` is how far it came. */
function decodeInterval(scan: Scan, { bytes, at, mcu, until, deadline }: IntervalInput) {
  const bits = entropyBits(bytes, at);
  for (const { state } of scan.parts) Object.assign(state, { predicted: 0, emptyBlocks: 0 });
  const scratch = new Int16Array(64);
  let done = mcu;
  try {
    for (; done < until; done++) {
      if (done % 1_024 === 0) deadline.check();
      const skipped = skippable(scan, until - done);
      if (skipped > 0) done += skipped - 1;
      else decodeMcu(scan, { bits, mcu: done, scratch });
    }
  } catch (error) {
    if (!(error instanceof ScanDamage)) throw error;
    return { done, reason: error.message, end: endOfInterval(bits) };
  }
  return { done, reason: undefined, end: endOfInterval(bits) };
}

/** Blocks without new coefficients that need not be visited. */
function skippable({ parts, decode }: Scan, max: number): number {
  const [{ state }] = parts as [ScanPart];
  if (decode !== decodeAcFirst || state.emptyBlocks === 0) return 0;
  const count = Math.min(state.emptyBlocks, max);
  state.emptyBlocks -= count;
  return count;
}

interface McuInput {
  bits: EntropyBits;
  mcu: number;
  /** For coefficients that are not kept. */
  scratch: Int16Array;
}

function decodeMcu({ parts, decode, mcusAcross }: Scan, { bits, mcu, scratch }: McuInput): void {
  const y = Math.floor(mcu / mcusAcross);
  const x = mcu - y * mcusAcross;
  const isAlone = parts.length === 1;
  for (const { component, state } of parts) {
    const { storedAcross, coefficients } = component;
    const across = isAlone ? 1 : component.horizontal;
    const down = isAlone ? 1 : component.vertical;
    for (let row = y * down; row < (y + 1) * down; row++) {
      for (let column = x * across; column < (x + 1) * across; column++) {
        if (coefficients) decode(bits, state, coefficients, (row * storedAcross + column) * 64);
        else decode(bits, state, scratch, 0);
      }
    }
  }
}

/** Up to three zeros may fill the last word of an interval. */
const maxFillBytes = 3;

/** Data after the last MCU show that MCUs before it are wrong. */
function endDamage({ extraBytes, isExtraZero, isPadded, marker }: IntervalEnd): string | undefined {
  if (extraBytes > 0 && !(isPadded && isExtraZero && extraBytes <= maxFillBytes)) {
    return `has ${extraBytes} bytes too many`;
  }
  // A zeroed tail decodes to the coefficients that have the shortest codes.
  return isPadded || marker !== undefined ? undefined : 'ends in zeros';
}

/** How many intervals are missing before a restart marker; undefined for another marker. */
function intervalsSkipped(marker: number | undefined, expected: number): number | undefined {
  return isRestartMarker(marker) ? ((marker as number) - 0xd0 - expected) & 7 : undefined;
}

function isRestartMarker(marker: number | undefined): boolean {
  return marker !== undefined && marker >= 0xd0 && marker <= 0xd7;
}

function scanOf({ body, frame, tables }: ScanInput): Scan | undefined {
  const count = body[0] ?? 0;
  const { isProgressive, precision } = frame;
  // Some phones write other values in sequential files, where they have no meaning.
  const [first = 0, last = 63, bits = 0] = isProgressive ? body.subarray(1 + count * 2) : [];
  const band = { first, last: Math.min(last, 63), lowBit: bits & 15 };
  const parts: ScanPart[] = [];
  for (let i = 0; i < count; i++) {
    const [id, numbers = 0] = body.subarray(1 + i * 2, 3 + i * 2);
    const component = frame.components.find((each) => each.id === id);
    if (!component) continue;
    component.lowBits.fill(band.lowBit, band.first, band.last + 1);
    const [dc, ac] = [tables.get(numbers >> 4), tables.get(16 + (numbers & 15))];
    const { nonZero } = component;
    const state = { dc, ac, precision, ...band, predicted: 0, emptyBlocks: 0, nonZero };
    parts.push({ component, state });
  }
  const [only] = parts;
  if (!only) return undefined;
  const isRefining = bits >> 4 > 0;
  const decode = isProgressive
    ? progressive[first === 0 ? 'dc' : 'ac'][isRefining ? 'more' : 'first']
    : decodeSequential;
  return {
    parts,
    decode,
    isFirst: first === 0 && !isRefining,
    isRefining,
    ...gridOf(only.component, parts.length, frame),
  };
}

/** A scan of one component has no MCUs of several blocks: ITU-T T.81, A.2.2. */
function gridOf(component: JpegComponent, count: number, frame: JpegFrame) {
  const [mcusAcross, mcusDown] =
    count === 1
      ? [component.blocksAcross, component.blocksDown]
      : [frame.mcusAcross, frame.mcusDown];
  return { mcusAcross, mcus: mcusAcross * mcusDown };
}

const progressive = {
  dc: { first: decodeDcFirst, more: decodeDcMore },
  ac: { first: decodeAcFirst, more: decodeAcMore },
};
