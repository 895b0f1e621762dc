import {
  type BackfillResult,
  type Choice,
  choices,
  type ForecastOptions,
  type ForecastPrices,
  forecastWork,
  type ObjectCounts,
  type ObjectKind,
} from '../../reconcile/index.ts';
import { count, size, tableText, threeDigits } from './number-text.ts';

const meanings = {
  current: 'already converted',
  missing: 'missing: no row',
  stale: 'stale: content or recipe has changed',
  failed: 'failed before',
  older: 'left out: written before --since',
  ownOutput: 'left out: outputs',
  folderMarker: 'left out: folder markers',
  otherType: 'left out: other file types, by name',
  refused: 'left out: names that cannot be recorded',
} satisfies Record<ObjectKind, string>;

/** Counts of objects and bytes, one line per kind. */
export function countsText(counts: ObjectCounts): string {
  const rows = (Object.keys(meanings) as ObjectKind[])
    .filter((kind) => counts[kind].objects > 0)
    .map((kind) => [count(counts[kind].objects), size(counts[kind].bytes), meanings[kind]]);
  return rows.length === 0 ? 'No objects found.' : tableText(rows, { right: [0, 1] });
}

/** The outcomes of the objects that were handed over. */
export function outcomesText({
  queued,
  converted,
  skipped,
  failed,
  unsettled,
}: BackfillResult['outcomes']): string {
  if (queued > 0) return `${count(queued)} sent to the queue.`;
  const rest =
    unsettled > 0
      ? ` ${count(unsettled)} failed temporarily and have no row: run the command again to retry them.`
      : '';
  return `${count(converted)} converted, ${count(skipped)} skipped, ${count(failed)} failed.${rest}`;
}

interface ForecastTextOptions extends ForecastOptions {
  only: Choice;
  prices: ForecastPrices;
  isQueued: boolean;
}

/** The estimated time and cost of converting them, and the data behind the estimate. */
export function forecastText(counts: ObjectCounts, options: ForecastTextOptions): string {
  const { only, prices, concurrency, ratePerSecond, isQueued } = options;
  const work = {
    objects: sum(choices[only].map((kind) => counts[kind].objects)),
    bytes: sum(choices[only].map((kind) => counts[kind].bytes)),
    listed: sum(Object.values(counts).map(({ objects }) => objects)),
  };
  const { measured, megapixels, gbSeconds, requests, usd, hours, processingMs } = forecastWork(
    work,
    options,
  );
  const rows = [
    ['objects', count(work.objects)],
    ['bytes', size(work.bytes)],
    ['megapixels', known(megapixels, count)],
    ['processing time', known(processingMs, (ms) => `${threeDigits(ms / 3_600e3)} hours`)],
    ['GB-seconds', known(gbSeconds, count)],
    ['S3 requests', `${count(requests.reads)} reads, ${count(requests.writes)} writes`],
    ...(isQueued ? [['SQS requests', count(requests.messages)]] : []),
    ...(isQueued ? [['cost', costText(usd)]] : []),
    ['duration', known(hours, (value) => `${threeDigits(value)} hours`)],
  ];
  const pace = ratePerSecond === undefined ? '' : `, at most ${ratePerSecond} per second`;
  const price = isQueued
    ? `Prices: ${prices.asOf}; functions of ${count(prices.memoryMb)} MB. The database and other requests are not included.`
    : 'Without QUEUE_URL, no function is paid; the duration is that of one process.';
  const basis =
    measured > 0
      ? `Times: estimated from file sizes, by a linear fit to ${count(measured)} conversions in the last 30 days.`
      : 'Times: unknown, because the database has no conversions from the last 30 days.';
  return `
Objects to convert (--only ${only}):
${tableText(rows)}

${basis}
Assumes ${count(concurrency)} images at the same time${pace}, without batching or retries.
${price}`;
}

function costText({ lambda, s3, sqs, total }: ReturnType<typeof forecastWork>['usd']): string {
  return `${known(total, dollars)}: Lambda ${known(lambda, dollars)}, S3 ${dollars(s3)}, SQS ${dollars(sqs)}`;
}

function dollars(usd: number): string {
  return usd < 0.005 && usd > 0 ? 'under $0.01' : `$${threeDigits(usd)}`;
}

function known(value: number | undefined, text: (value: number) => string): string {
  return value === undefined ? 'unknown' : text(value);
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
