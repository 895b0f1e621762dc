import { printable } from '../../process/terminal.ts';
import type { ComparedTimes, CompareReport } from '../../stats/index.ts';
import { tableText, threeDigits } from './number-text.ts';

/**
 * A comparison as text: a sentence for each time, caveats about the sample sizes, and the verdict.
 */
export function comparisonText(report: CompareReport): string {
  return [
    tableText([report.image, report.megapixel, ...report.stages].map(formatRow)),
    '',
    printable(sizesText(report)),
    printable(verdictText(report)),
  ].join('\n');
}

function formatRow({ name, comparison, sentence }: ComparedTimes): string[] {
  if (comparison.verdict === 'unknown') return [name, '', sentence];
  const { baseline, candidate } = comparison.median;
  const unit = name === 'megapixel' ? 'ms/MP' : 'ms';
  return [name, `${threeDigits(baseline)} -> ${threeDigits(candidate)} ${unit}`, sentence];
}

function sizesText({ sizes, candidate, baseline }: CompareReport): string {
  if (sizes === null) return 'Image sizes are unknown and may explain the result.';
  const { medianMegapixels: median, isSimilar } = sizes;
  const megapixels = `median ${threeDigits(median.baseline)} MP in ${baseline}, ${threeDigits(median.candidate)} MP in ${candidate}`;
  return isSimilar
    ? `The images are similar in size: ${megapixels}.`
    : `The images differ in size: ${megapixels}. The time per megapixel therefore decides. It slightly favours large images, because each image has a fixed cost.`;
}

function verdictText({ judgedBy, tolerance, isRegression, ...report }: CompareReport): string {
  const beyond = `by more than ${(tolerance * 100).toLocaleString('en-US')} % over the whole interval, by time per ${judgedBy}`;
  if (isRegression) return `Regression: ${report.candidate} is slower ${beyond}.`;
  return `No regression found: ${report.candidate} is not slower ${beyond}.`;
}
