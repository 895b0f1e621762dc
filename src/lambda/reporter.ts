import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import type { Config } from '../config/index.ts';
import { describeOutcome, type Outcome, type Stage } from '../pipeline/index.ts';
import type { RecordReporter } from '../queue/settle-records.ts';
import { createLineLimit } from './line-limit.ts';

/** Reports an invocation: one log line per image, and metrics in CloudWatch's embedded format. */
export interface OutcomeReporter extends RecordReporter {
  start(context: Context): void;
  /** Reports an event without records. */
  empty(reason: string): void;
  /** Writes the metrics of the invocation. */
  finish(): void;
}

const service = 'grayscale';

export function createOutcomeReporter({ logging }: Config): OutcomeReporter {
  const logger = new Logger({ serviceName: service, logLevel: logging.level });
  const metrics = new Metrics({ namespace: logging.metricsNamespace, serviceName: service });
  const count = (name: string) => metrics.addMetric(name, MetricUnit.Count, 1);
  const lines = createLineLimit((message, more) => logger.error(message, { more }));

  return {
    start(context) {
      logger.addContext(context);
      lines.begin();
    },
    outcome(outcome) {
      const level = outcome.status === 'failed' ? 'warn' : 'info';
      logger[level](outcome.status, describeOutcome(outcome));
      count(metricNames[outcome.status]);
      addStages(metrics, outcome);
      if (outcome.status === 'converted') addImageMetrics(metrics, outcome);
      if (outcome.status === 'failed') {
        // A separate dimension set: codes are few, and alarms watch each of them.
        metrics
          .singleMetric()
          .addDimension('code', outcome.code)
          .addMetric('Failures', MetricUnit.Count, 1);
      }
    },
    ignored({ reason, bucket, key }) {
      lines.write('ignored', () => logger.info('ignored', { reason, bucket, key }));
      count('Ignored');
    },
    refused({ reason, bucket, key }) {
      lines.write('refused', () => logger.error('refused', { reason, bucket, key }));
      count('Refused');
    },
    retried({ bucket, key }, error) {
      const facts = { bucket, key, error: error instanceof Error ? error : String(error) };
      lines.write('retried', () => logger.error('retried', facts));
      count('Retried');
    },
    empty(reason) {
      logger.warn('empty', { reason });
    },
    unrecorded({ bucket, key }, contents) {
      const facts = { bucket, key, contents };
      lines.write('superseded', () => logger.warn('superseded contents without a row', facts));
    },
    finish() {
      lines.end();
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}

const metricNames = {
  converted: 'Converted',
  failed: 'Failed',
  skipped: 'Skipped',
} satisfies Record<Outcome['status'], string>;

const stageMetrics = {
  queue: 'QueueTime',
  fetch: 'FetchTime',
  decode: 'DecodeTime',
  gray: 'GrayTime',
  encode: 'EncodeTime',
  store: 'StoreTime',
  verify: 'VerifyTime',
  record: 'RecordTime',
} satisfies Record<Stage, string>;

function addStages(metrics: Metrics, { stages }: Outcome): void {
  for (const [stage, milliseconds] of Object.entries(stages) as [Stage, number][]) {
    metrics.addMetric(stageMetrics[stage], MetricUnit.Milliseconds, milliseconds);
  }
}

function addImageMetrics(
  metrics: Metrics,
  outcome: Extract<Outcome, { status: 'converted' }>,
): void {
  const { image, outputSizeBytes } = outcome;
  metrics.addMetric('Megapixels', MetricUnit.NoUnit, (image.width * image.height) / 1e6);
  metrics.addMetric('SourceSize', MetricUnit.Bytes, image.source.sizeBytes);
  metrics.addMetric('OutputSize', MetricUnit.Bytes, outputSizeBytes);
}
