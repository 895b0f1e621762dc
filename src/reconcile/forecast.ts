import { linearRegression, linearRegressionLine } from 'simple-statistics';
import type { LedgerSample, SampledRow } from '../stats/index.ts';
import { durationMs, type LambdaPrices, lambdaCost } from '../stats/index.ts';

/** What the services charge; the configuration holds it. */
export interface ForecastPrices extends LambdaPrices {
  usdPerThousandReads: number;
  usdPerThousandWrites: number;
  usdPerMillionMessages: number;
}

/**
 * Requests for each image. S3: GET of the source, PUT of the output, HEAD to see that the source is
 * still the same. SQS: a tenth of sending ten together, receiving and deleting, as if each image came
 * alone. Batches of several cost less; what is tried again costs more.
 */
const requestsOfImage = { reads: 2, writes: 1, messages: 2.1 };

/** Keys that S3 lists in one answer. */
const keysOfPage = 1_000;

interface Work {
  /** To be converted. */
  objects: number;
  bytes: number;
  /** Gone through to find them. */
  listed: number;
}

interface Forecast {
  /** Conversions that the times are of; without any, nothing that follows from times is known. */
  measured: number;
  megapixels: number | undefined;
  workedMs: number | undefined;
  gbSeconds: number | undefined;
  requests: { reads: number; writes: number; messages: number };
  usd: { lambda: number | undefined; s3: number; sqs: number; total: number | undefined };
  hours: number | undefined;
}

export interface ForecastOptions {
  sample: LedgerSample;
  prices: ForecastPrices;
  /** Images at once. */
  concurrency: number;
  ratePerSecond?: number | undefined;
}

/** What so much work takes, by what the ledger's conversions took. */
export function forecastWork(work: Work, options: ForecastOptions): Forecast {
  const { sample, prices, concurrency, ratePerSecond = Number.POSITIVE_INFINITY } = options;
  const measured = sample.rows.flatMap(measuredRow);
  const workedMs = workedMsOf(work, measured);
  const requests = {
    reads: work.objects * requestsOfImage.reads,
    writes: work.objects * requestsOfImage.writes + Math.ceil(work.listed / keysOfPage),
    messages: work.objects * requestsOfImage.messages,
  };
  const lambda =
    workedMs === undefined ? undefined : lambdaCost({ images: work.objects, workedMs }, prices);
  const s3 =
    (requests.reads / 1e3) * prices.usdPerThousandReads +
    (requests.writes / 1e3) * prices.usdPerThousandWrites;
  const sqs = (requests.messages / 1e6) * prices.usdPerMillionMessages;
  return {
    measured: measured.length,
    megapixels: megapixelsOf(work, measured),
    workedMs,
    gbSeconds: lambda?.gbSeconds,
    requests,
    usd: { lambda: lambda?.usd, s3, sqs, total: lambda && lambda.usd + s3 + sqs },
    hours:
      workedMs === undefined
        ? undefined
        : Math.max(workedMs / concurrency, (work.objects / ratePerSecond) * 1e3) / 3_600e3,
  };
}

interface Measured {
  bytes: number;
  megapixels: number | null;
  ms: number;
}

function measuredRow(row: SampledRow): Measured[] {
  const ms = durationMs(row);
  if (row.status !== 'converted' || ms === null || !row.sourceSizeBytes) return [];
  return [{ bytes: row.sourceSizeBytes, megapixels: row.megapixels, ms }];
}

/**
 * A fixed part for each image and one for each byte, by least squares: what waits may be larger or
 * smaller than what was measured. Where that makes no sense, as when all are of one size, the mean.
 */
function workedMsOf({ objects, bytes }: Work, measured: Measured[]): number | undefined {
  if (objects === 0) return 0;
  if (measured.length === 0) return undefined;
  const line = linearRegression(measured.map((each) => [each.bytes, each.ms]));
  const isSound = line.m > 0 && line.b >= 0;
  const meanMs = measured.reduce((sum, { ms }) => sum + ms, 0) / measured.length;
  return objects * (isSound ? linearRegressionLine(line)(bytes / objects) : meanMs);
}

/** By the pixels that a byte of the measured sources held. */
function megapixelsOf({ bytes }: Work, measured: Measured[]): number | undefined {
  const known = measured.filter(({ megapixels }) => megapixels !== null);
  if (known.length === 0) return bytes === 0 ? 0 : undefined;
  const pixels = known.reduce((sum, { megapixels }) => sum + (megapixels ?? 0), 0);
  return bytes * (pixels / known.reduce((sum, each) => sum + each.bytes, 0));
}
