import { linearRegression, linearRegressionLine } from 'simple-statistics';
import type { LedgerSample, SampledRow } from '../stats/index.ts';
import { durationMs, type LambdaPrices, lambdaCost } from '../stats/index.ts';

/** Prices of the services, from the configuration. */
export interface ForecastPrices extends LambdaPrices {
  usdPerThousandReads: number;
  usdPerThousandWrites: number;
  usdPerMillionMessages: number;
}

/**
 * Requests per image. S3: GET of the source, PUT of the output, HEAD to check that the source is
 * unchanged. SQS: a tenth of a send of ten, one receive and one delete, as if each image came
 * alone. Batches of several cost less; retries cost more.
 */
const requestsPerImage = { reads: 2, writes: 1, messages: 2.1 };

/** Keys in one response to an S3 list request. */
const keysPerPage = 1_000;

interface Work {
  /** Objects to convert. */
  objects: number;
  bytes: number;
  /** Objects listed to find them. */
  listed: number;
}

interface Forecast {
  /**
   * Conversions that the times are based on; without any, all values that depend on times are
   * unknown.
   */
  measured: number;
  megapixels: number | undefined;
  processingMs: number | undefined;
  gbSeconds: number | undefined;
  requests: { reads: number; writes: number; messages: number };
  usd: { lambda: number | undefined; s3: number; sqs: number; total: number | undefined };
  hours: number | undefined;
}

export interface ForecastOptions {
  sample: LedgerSample;
  prices: ForecastPrices;
  /** Images converted at the same time. */
  concurrency: number;
  ratePerSecond?: number | undefined;
  /** Whether outputs get the tags of their sources, which one more request reads. */
  carriesTags?: boolean | undefined;
}

/** Estimates the time and cost of the work from earlier conversions in the ledger. */
export function forecastWork(work: Work, options: ForecastOptions): Forecast {
  const { sample, prices, concurrency, carriesTags = false } = options;
  const { ratePerSecond = Number.POSITIVE_INFINITY } = options;
  const measured = sample.rows.flatMap(measurementsOf);
  const processingMs = estimateProcessingMs(work, measured);
  const requests = {
    reads: work.objects * (requestsPerImage.reads + (carriesTags ? 1 : 0)),
    writes: work.objects * requestsPerImage.writes + Math.ceil(work.listed / keysPerPage),
    messages: work.objects * requestsPerImage.messages,
  };
  const lambda =
    processingMs === undefined
      ? undefined
      : lambdaCost({ images: work.objects, processingMs }, prices);
  const s3 =
    (requests.reads / 1e3) * prices.usdPerThousandReads +
    (requests.writes / 1e3) * prices.usdPerThousandWrites;
  const sqs = (requests.messages / 1e6) * prices.usdPerMillionMessages;
  return {
    measured: measured.length,
    megapixels: estimateMegapixels(work, measured),
    processingMs,
    gbSeconds: lambda?.gbSeconds,
    requests,
    usd: { lambda: lambda?.usd, s3, sqs, total: lambda && lambda.usd + s3 + sqs },
    hours:
      processingMs === undefined
        ? undefined
        : Math.max(processingMs / concurrency, (work.objects / ratePerSecond) * 1e3) / 3_600e3,
  };
}

interface Measurement {
  bytes: number;
  megapixels: number | null;
  ms: number;
}

function measurementsOf(row: SampledRow): Measurement[] {
  const ms = durationMs(row);
  if (row.status !== 'converted' || ms === null || !row.sourceSizeBytes) return [];
  return [{ bytes: row.sourceSizeBytes, megapixels: row.megapixels, ms }];
}

/**
 * Estimates a fixed time per image plus a time per byte, by least squares, because the remaining
 * images may be larger or smaller than the measured ones. Uses the mean if the fit makes no sense,
 * as when all sizes are equal.
 */
function estimateProcessingMs(
  { objects, bytes }: Work,
  measured: Measurement[],
): number | undefined {
  if (objects === 0) return 0;
  if (measured.length === 0) return undefined;
  const line = linearRegression(measured.map((each) => [each.bytes, each.ms]));
  const isPlausible = line.m > 0 && line.b >= 0;
  const meanMs = measured.reduce((sum, { ms }) => sum + ms, 0) / measured.length;
  return objects * (isPlausible ? linearRegressionLine(line)(bytes / objects) : meanMs);
}

/** Estimates megapixels from the pixels per byte of the measured sources. */
function estimateMegapixels({ bytes }: Work, measured: Measurement[]): number | undefined {
  const known = measured.filter(({ megapixels }) => megapixels !== null);
  if (known.length === 0) return bytes === 0 ? 0 : undefined;
  const pixels = known.reduce((sum, { megapixels }) => sum + (megapixels ?? 0), 0);
  return bytes * (pixels / known.reduce((sum, each) => sum + each.bytes, 0));
}
