import type { Comparison, KnownComparison } from './compare-samples.ts';

interface ComparisonNames {
  candidate?: string;
  /** Named in the sentence if given. */
  baseline?: string;
}

/**
 * Describes a comparison in one sentence: "candidate is 41 % faster (95 % CI 38 to 43; n = 1,204
 * and 1,180)". 41 % faster means that its median is 41 % shorter, 41 % slower that it is 41 %
 * longer; n gives the sizes of the candidate's and the baseline's sample.
 */
export function describeComparison(
  comparison: Comparison,
  { candidate = 'candidate', baseline }: ComparisonNames = {},
): string {
  const { verdict, n } = comparison;
  const sizes = `n = ${grouped(n.candidate)} and ${grouped(n.baseline)}`;
  const than = baseline === undefined ? '' : ` than ${baseline}`;
  switch (verdict) {
    case 'unknown':
      return comparison.reason === 'too few rows'
        ? `${candidate}: too few rows to compare (${sizes}; at least ${comparison.minRows} of each are needed)`
        : `${candidate}: cannot be compared (${sizes}), because ${comparison.reason}`;
    case 'undecided':
      return `${candidate} is not shown to be faster or slower${than}: its median is ${signed(comparison.change)} (${interval(comparison, signed)}; ${sizes})`;
    case 'faster':
      return `${candidate} is ${percent(-comparison.change)} % faster${than} (${interval(mirrored(comparison), percent)}; ${sizes})`;
    case 'slower':
      return `${candidate} is ${percent(comparison.change)} % slower${than} (${interval(comparison, percent)}; ${sizes})`;
    default:
      return verdict satisfies never;
  }
}

function mirrored({ confidence, changeInterval: { low, high } }: KnownComparison) {
  return { confidence, changeInterval: { low: -high, high: -low } };
}

function interval(
  {
    confidence,
    changeInterval: { low, high },
  }: Pick<KnownComparison, 'confidence' | 'changeInterval'>,
  text: (share: number) => string,
): string {
  return `${percent(confidence)} % CI ${text(low)} to ${text(high)}`;
}

/** Whole percents, but one decimal below ten. */
function percent(share: number): string {
  const value = share * 100;
  const digits = Math.abs(value) < 9.95 ? 1 : 0;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

function signed(change: number): string {
  return change < 0 ? `${percent(-change)} % shorter` : `${percent(change)} % longer`;
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
