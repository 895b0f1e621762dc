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
  if (sizes === null) return 'The sizes of the pictures are not known: they may explain it.';
  const { medianMegapixels: median, isSimilar } = sizes;
  const megapixels = `median ${threeDigits(median.baseline)} MP in ${baseline}, ${threeDigits(median.candidate)} MP in ${candidate}`;
  return isSimilar
    ? `The pictures were alike in size: ${megapixels}.`
    : `The pictures were not alike in size: ${megapixels}. So the time a megapixel decides, which still favours large pictures a little: each has a fixed part.`;
}

function verdictText({ judgedBy, tolerance, isRegression, ...report }: CompareReport): string {
  const beyond = `by more than ${(tolerance * 100).toLocaleString('en-US')} % with all of the interval, by the time ${judgedBy === 'image' ? 'an image' : 'a megapixel'}`;
  if (isRegression) return `Regression: ${report.candidate} is slower ${beyond}.`;
  return `No regression is shown: ${report.candidate} is not slower ${beyond}.`;
}
