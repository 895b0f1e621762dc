import type { SampledRow } from './ledger-sampler.ts';
import {
  conversions,
  conversionTimes,
  known,
  megapixelTimes,
  rowStages,
  stageTimes,
} from './row-times.ts';
import {
  type CompareOptions,
  type Comparison,
  cliffsDelta,
  compareSamples,
  describeComparison,
  median,
  sortedSample,
} from './samples/index.ts';

export interface ComparedTimes {
  /** `image`, `megapixel`, or a stage. */
  name: string;
  comparison: Comparison;
  sentence: string;
}

/** Image sizes on both sides, which help to reportFailure times; null if unknown. */
interface ComparedSizes {
  medianMegapixels: { candidate: number; baseline: number };
  cliffsDelta: number;
  /** Whether times per image can be compared directly. */
  isSimilar: boolean;
}

export interface CompareReport {
  candidate: string;
  baseline: string;
  image: ComparedTimes;
  megapixel: ComparedTimes;
  stages: ComparedTimes[];
  sizes: ComparedSizes | null;
  /** The deciding measure: time per image, or per megapixel if image sizes differ. */
  judgedBy: 'image' | 'megapixel';
  tolerance: number;
  /** Slower, and the whole interval exceeds the tolerance. */
  isRegression: boolean;
}

/** A release, or a time range. */
export interface Side {
  name: string;
  rows: SampledRow[];
}

interface CompareReportOptions {
  /** The share by which a candidate may be slower. */
  tolerance: number;
}

/**
 * Confidence of each stage's interval. For equal releases, all intervals together are wrong no more
 * often than one interval of 95 % (Bonferroni).
 */
const stageConfidence = 1 - 0.05 / rowStages.length;

/** Compares a candidate with a baseline, overall and stage by stage. */
export function reportComparison(
  sides: { candidate: Side; baseline: Side },
  { tolerance }: CompareReportOptions,
): CompareReport {
  const compare = (
    name: string,
    timesOf: (rows: SampledRow[]) => number[],
    options?: CompareOptions,
  ) => describeTimes(name, sides, compareSamples(mapSides(sides, timesOf), options));
  const image = compare('image', conversionTimes);
  const megapixel = compare('megapixel', megapixelTimes);
  const sizes = compareSizes(sides);
  const judgedBy = sizes && !sizes.isSimilar ? 'megapixel' : 'image';
  return {
    candidate: sides.candidate.name,
    baseline: sides.baseline.name,
    image,
    megapixel,
    stages: rowStages.map((stage) =>
      compare(stage, (rows) => stageTimes(rows, stage), { confidence: stageConfidence }),
    ),
    sizes,
    judgedBy,
    tolerance,
    isRegression: isBeyond((judgedBy === 'image' ? image : megapixel).comparison, tolerance),
  };
}

function isBeyond(comparison: Comparison, tolerance: number): boolean {
  return comparison.verdict === 'slower' && comparison.changeInterval.low > tolerance;
}

function describeTimes(
  name: string,
  { candidate, baseline }: { candidate: Side; baseline: Side },
  comparison: Comparison,
): ComparedTimes {
  const names = { candidate: candidate.name, baseline: baseline.name };
  return { name, comparison, sentence: describeComparison(comparison, names) };
}

/**
 * Below this, a Cliff's delta is negligible: J. Romano and others, "Appropriate statistics for ordinal
 * level data", Florida Association of Institutional Research, 2006.
 */
const negligibleDelta = 0.147;

function compareSizes(sides: { candidate: Side; baseline: Side }): ComparedSizes | null {
  const { candidate, baseline } = mapSides(sides, (rows) =>
    known(conversions(rows).map(({ megapixels }) => megapixels)),
  );
  if (candidate.length === 0 || baseline.length === 0) return null;
  const [ours, theirs] = [sortedSample(candidate), sortedSample(baseline)];
  const delta = cliffsDelta(ours, theirs);
  return {
    medianMegapixels: { candidate: median(ours), baseline: median(theirs) },
    cliffsDelta: delta,
    isSimilar: Math.abs(delta) < negligibleDelta,
  };
}

function mapSides<Value>(
  { candidate, baseline }: { candidate: Side; baseline: Side },
  read: (rows: SampledRow[]) => Value,
): { candidate: Value; baseline: Value } {
  return { candidate: read(candidate.rows), baseline: read(baseline.rows) };
}
