import type { Estimate, StatsReport, TimeSummary } from '../../stats/index.ts';
import { count, size, tableText, threeDigits } from './number-text.ts';

/** A report as text: counts, a table of times with small histograms, and failures. */
export function statsText(report: StatsReport): string {
  const span = `${minute(report.since)} to ${minute(report.until)} UTC`;
  if (report.images === 0) return `No images were recorded from ${span}.`;
  return [
    `${countsText(report)}, from ${span}`,
    ...(report.isWhole ? [] : [sampleText(report)]),
    '',
    summaryText(report),
    '',
    timesText(report),
    ...(report.failures.length > 0 ? ['', failuresText(report)] : []),
  ].join('\n');
}

function countsText({ images, converted, failed, skipped }: StatsReport): string {
  return `${count(images)} images: ${count(converted)} converted, ${count(failed)} failed, ${count(skipped)} skipped`;
}

function sampleText({ rows, images }: StatsReport): string {
  return `Estimated from a random sample of ${count(rows)} of about ${count(images)} rows; failures are counted.`;
}

function summaryText({ throughput, bytes, cost }: StatsReport): string {
  const { imagesPerHour, megapixelsPerHour, busiestMinute } = throughput;
  return tableText([
    [
      'throughput',
      `${threeDigits(imagesPerHour)} images and ${threeDigits(megapixelsPerHour)} megapixels per hour, ${count(busiestMinute)} images in the busiest minute`,
    ],
    ['bytes', `${size(bytes.source)} in, ${size(bytes.output)} out`],
    [
      'on Lambda',
      `${threeDigits(cost.gbSeconds)} GB-seconds, about $${dollars(cost.usd)} with ${count(cost.memoryMb)} MB, one image per invocation (${cost.asOf})`,
    ],
  ]);
}

function dollars(usd: number): string {
  return usd === 0 || usd >= 1 ? usd.toFixed(2) : usd.toPrecision(2);
}

function timesText({ durationMs, by, groups }: StatsReport): string {
  if (durationMs === null && groups.every(({ timesMs }) => timesMs === null)) {
    return 'No conversion times: the rows were written by the original program.';
  }
  const rows = [{ name: 'all but queue', timesMs: durationMs }, ...groups];
  const first = rows.find(({ timesMs }) => timesMs !== null)?.timesMs;
  return tableText(
    [
      [by, 'images', 'p50 ms', 'p90', 'p95', 'p99', rangeText(first)],
      ...rows.map(({ name, timesMs }) => [name, ...timesCells(timesMs)]),
    ],
    { right: [1, 2, 3, 4, 5] },
  );
}

function timesCells(times: TimeSummary | null): string[] {
  if (times === null) return ['0'];
  const { p50, p90, p95, p99 } = times;
  return [count(times.count), ...[p50, p90, p95, p99].map(estimateText), barsText(times)];
}

function estimateText({ ms, interval }: Estimate): string {
  if (interval === null) return threeDigits(ms);
  return `${threeDigits(ms)} (${threeDigits(interval.low)}-${threeDigits(interval.high)})`;
}

function rangeText(times: TimeSummary | null | undefined): string {
  const [first, last] = [times?.histogram[0], times?.histogram.at(-1)];
  return first && last ? `${threeDigits(first.from)} to ${threeDigits(last.to)} ms` : '';
}

const bars = ' ▁▂▃▄▅▆▇█';

/** Scaled so that the tallest bin is full and a single image is still visible. */
function barsText({ histogram }: TimeSummary): string {
  const maxCount = Math.max(...histogram.map((bin) => bin.count));
  return histogram.map((bin) => bars[Math.ceil((bin.count / maxCount) * 8)]).join('');
}

function failuresText({ failures }: StatsReport): string {
  return tableText(
    [
      ['code', 'images', ''],
      ...failures.map(({ code, images, status }) => [code, count(images), status]),
    ],
    { right: [1] },
  );
}

function minute(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}
