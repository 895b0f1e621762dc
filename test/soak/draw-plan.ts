import { type Draw, drawFor } from './draw.ts';
import type { FaultOptions } from './fault.ts';
import { type FaultKind, faultKinds } from './faults.ts';
import type { TestImage, TestImages } from './test-images.ts';
import { drawUnreadable, type UnreadableMessage } from './unreadable.ts';

export interface PlannedUpload {
  atMs: number;
  key: string;
  image: TestImage;
  /** The delay of each of its notifications. S3 sends at least one. */
  deliveriesMs: number[];
  /**
   * It replaces the object under its key just after a worker has read that, and the worker's output is
   * delayed by this time. Absent for an upload that starts at its due time.
   */
  raceMs?: number;
}

export interface PlannedFault extends FaultOptions {
  atMs: number;
  kind: FaultKind;
  lastsMs: number;
}

/** Everything that is done to the system, and when. */
export interface Plan {
  uploads: PlannedUpload[];
  faults: PlannedFault[];
  unreadable: UnreadableMessage[];
}

export interface PlanOptions {
  seed: number;
  images: number;
  /** Time between two uploads. */
  paceMs: number;
  /** Average time between two faults. */
  faultEveryMs: number;
  /** Maximum time for which a worker is frozen. */
  maxFrozenMs: number;
  workers: number;
  testImages: TestImages;
  /** The kinds to draw from; all by default. */
  kinds?: FaultKind[] | undefined;
}

/** One upload in this many is of the given kind. */
const badEvery = 8;
const repeatEvery = 4;
const largeEvery = 50;
const largeGroupSize = 5;
const unreadableEvery = 100;

/** Depends only on its options: equal options give equal plans. */
export function drawPlan(options: PlanOptions): Plan {
  const { seed, images, paceMs } = options;
  return {
    uploads: drawUploads(options),
    faults: drawFaults(options),
    // Early, as they are retried for minutes before they become dead letters.
    unreadable: drawUnreadable(drawFor(seed, -3), {
      count: Math.ceil(images / unreadableEvery),
      withinMs: (images * paceMs) / 4,
    }),
  };
}

function drawUploads({ seed, images, paceMs, testImages }: PlanOptions): PlannedUpload[] {
  const uploads: PlannedUpload[] = [];
  for (let i = 0; i < images; i++) {
    const draw = drawFor(seed, i);
    const isLarge = i % largeEvery < largeGroupSize && i >= largeEvery / 2;
    const place = isLarge ? i - (i % largeEvery) : i;
    const raced = new Set(
      uploads.flatMap(({ key, raceMs }) => (raceMs === undefined ? [] : [key])),
    );
    const recent = uploads.slice(-12).filter(({ key }) => !raced.has(key));
    const isRepeat = !isLarge && i % repeatEvery === repeatEvery - 1 && recent.length > 0;
    const repeated = isRepeat ? draw.pick(recent) : undefined;
    const isRace = repeated !== undefined && draw.chance(0.6);
    uploads.push({
      // A race begins with the upload that is replaced.
      atMs: isRace ? repeated.atMs : place * paceMs + draw.below(paceMs),
      key: repeated?.key ?? drawKey(draw, i),
      image: draw.pick(kindOf(i, isLarge, testImages)),
      deliveriesMs: isRace ? [0] : drawDeliveries(draw),
      ...(isRace && { raceMs: 1_000 + draw.below(5_000) }),
    });
  }
  // Equal times keep their order.
  return uploads.sort((a, b) => a.atMs - b.atMs);
}

function kindOf(i: number, isLarge: boolean, { small, bad, large }: TestImages): TestImage[] {
  if (isLarge) return large;
  return i % badEvery === badEvery - 1 ? bad : small;
}

/** Names that are easily corrupted on the way from event to key. */
function drawKey(draw: Draw, i: number): string {
  const folder = draw.pick(['', 'photos/', 'Größe & Maß/', 'a+b/', 'grayscale of/']);
  return `${folder}image ${i}${draw.pick(['.jpg', '.png', '', '%20.gif', ' (1).webp'])}`;
}

/** Most arrive once and immediately; some late, some twice, some twice at the same moment. */
function drawDeliveries(draw: Draw): number[] {
  if (draw.chance(0.7)) return [0];
  return draw.pick([
    [0, 0],
    [0, 0, 0],
    [draw.below(3_000)],
    [draw.below(3_000), draw.below(3_000)],
    [0, 2_000 + draw.below(6_000)],
  ]);
}

function drawFaults({ seed, images, paceMs, ...options }: PlanOptions): PlannedFault[] {
  const draw = drawFor(seed, -2);
  const lengthMs = images * paceMs;
  const count = Math.floor(lengthMs / options.faultEveryMs);
  const { kinds = Object.keys(faultKinds) as FaultKind[] } = options;
  const shuffled = kinds
    .map((kind) => ({ kind, order: draw.below(2 ** 31) }))
    .sort((a, b) => a.order - b.order);
  return Array.from({ length: count }, (_, i) => {
    // Each kind occurs once before any is repeated.
    const kind = shuffled[i]?.kind ?? draw.pick(kinds);
    const { maxDurationMs } = faultKinds[kind];
    const longestMs = kind === 'freeze a worker' ? options.maxFrozenMs : maxDurationMs;
    return {
      atMs: Math.floor(((i + draw.below(1_000) / 1_000) / count) * lengthMs),
      kind,
      lastsMs: Math.floor((longestMs * (1 + draw.below(10))) / 10),
      worker: draw.below(options.workers),
      share: draw.pick([0.2, 0.5, 0.9]),
      delayMs: draw.pick([20, 100, 400]),
      shiftMs: draw.pick([-20, -5, 5, 20]) * 60_000,
      salt: 100 * i + draw.below(100),
    };
  });
}
