import {
  type BackfillResult,
  type Choice,
  type Counts,
  choices,
  type ForecastOptions,
  type ForecastPrices,
  forecastWork,
  type Kind,
} from '../../reconcile/index.ts';
import { count, size, tableText, threeDigits } from './number-text.ts';

const meanings = {
  current: 'converted already',
  missing: 'missing: no row',
  stale: 'stale: of other content or another recipe',
  failed: 'failed before',
  older: 'left out: written before --since',
  ownOutput: 'left out: own outputs',
  folderMarker: 'left out: markers of folders',
  otherType: 'left out: other types, by their names',
  refused: 'left out: names that cannot be recorded',
} satisfies Record<Kind, string>;

/** Counts of objects and bytes, one line per kind. */
export function countsText(counts: Counts): string {
  const rows = (Object.keys(meanings) as Kind[])
    .filter((kind) => counts[kind].objects > 0)
    .map((kind) => [count(counts[kind].objects), size(counts[kind].bytes), meanings[kind]]);
  return rows.length === 0 ? 'Nothing lies there.' : tableText(rows, { right: [0, 1] });
}

/** The outcomes of the objects that were handed over. */
export function outcomesText({
  queued,
  converted,
  skipped,
  failed,
  unsettled,
}: BackfillResult['outcomes']): string {
  if (queued > 0) return `${count(queued)} put onto the queue.`;
  const rest =
    unsettled > 0
      ? ` ${count(unsettled)} have no row yet: run it once more to try them again.`
      : '';
  return `${count(converted)} converted, ${count(skipped)} skipped, ${count(failed)} failed.${rest}`;
}

interface ForecastTextOptions extends ForecastOptions {
  only: Choice;
  prices: ForecastPrices;
  isQueued: boolean;
}

/** The estimated time and cost of converting them, and the data behind the estimate. */
export function forecastText(counts: Counts, options: ForecastTextOptions): string {
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
    ['time of work', known(processingMs, (ms) => `${threeDigits(ms / 3_600e3)} hours`)],
    ['GB-seconds', known(gbSeconds, count)],
    ['requests of S3', `${count(requests.reads)} reads, ${count(requests.writes)} writes`],
    ...(isQueued ? [['requests of SQS', count(requests.messages)]] : []),
    ...(isQueued ? [['dollars', costText(usd)]] : []),
    ['hours', known(hours, threeDigits)],
  ];
  const pace = ratePerSecond === undefined ? '' : `, at most ${ratePerSecond} a second`;
  const price = isQueued
    ? `Prices: ${prices.asOf}; functions of ${count(prices.memoryMb)} MB; the database and other requests are not in it.`
    : 'Without QUEUE_URL they are converted here.';
  const basis =
    measured > 0
      ? `Times: a line through ${count(measured)} conversions of the last 30 days, by the size of their files.`
      : 'Times: unknown, as no conversion of the last 30 days is in the database.';
  return `
To be converted (--only ${only}):
${tableText(rows)}

${basis}
${count(concurrency)} images at once${pace}; each comes alone and at the first try.
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
