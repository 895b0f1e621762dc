import { Duration } from 'aws-cdk-lib';
import {
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  Unit,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Database } from './database.ts';
import type { ImageFunction } from './image-function.ts';
import { imageMetric, metricsNamespace } from './image-metric.ts';
import type { Settings } from './settings-schema.ts';
import type { UploadQueue } from './upload-queue.ts';

interface DashboardProps {
  settings: Settings;
  images: ImageFunction;
  uploads: UploadQueue;
  database: Database;
}

const stages = ['Queue', 'Fetch', 'Decode', 'Gray', 'Encode', 'Store', 'Verify', 'Record'];
const outcomes = ['Converted', 'Failed', 'Skipped', 'Retried', 'Ignored', 'Refused'];
const period = Duration.minutes(5);

/**
 * US dollars per gigabyte-second and per request, us-east-1, 2026:
 * https://aws.amazon.com/lambda/pricing/
 */
const prices = { arm64: 0.0000133334, x64: 0.0000166667, request: 0.0000002 };

/** One page: throughput, speed, failures, backlog and cost. */
export class Dashboard extends Construct {
  constructor(scope: Construct, props: DashboardProps) {
    super(scope, 'Dashboard');
    new CloudWatchDashboard(this, 'Page', {
      widgets: [
        [graph('Outcomes', outcomeMetrics()), graph('Failures by code', [failureMetric()])],
        [graph('Stages, p50', stageMetrics('p50')), graph('Stages, p95', stageMetrics('p95'))],
        [graph('Stages, p99', stageMetrics('p99')), graph('Waiting', queueMetrics(props))],
        [
          graph('Function', functionMetrics(props)),
          graph('Lambda, US dollars per hour', [costMetric(props)]),
        ],
        ...(props.database.cluster ? [[graph('Database', databaseMetrics(props))]] : []),
      ],
    });
  }
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 12, height: 6 });
}

function outcomeMetrics(): IMetric[] {
  return outcomes.map((name) => imageMetric(name, { statistic: 'Sum' }));
}

/** Searches for codes instead of listing them, so that new codes appear automatically. */
function failureMetric(): IMetric {
  const search = `{"${metricsNamespace}",code,service} MetricName="Failures"`;
  return new MathExpression({ expression: `SEARCH('${search}', 'Sum', 300)`, period, label: '' });
}

function stageMetrics(statistic: string): IMetric[] {
  return stages.map((stage) =>
    imageMetric(`${stage}Time`, { statistic, label: stage.toLowerCase() }),
  );
}

function queueMetrics({ uploads }: DashboardProps): IMetric[] {
  return [
    uploads.queue.metricApproximateNumberOfMessagesVisible({ label: 'waiting' }),
    uploads.queue.metricApproximateNumberOfMessagesNotVisible({ label: 'in flight' }),
    uploads.deadLetters.metricApproximateNumberOfMessagesVisible({ label: 'dead letters' }),
  ];
}

function functionMetrics({ images }: DashboardProps): IMetric[] {
  return [
    images.function.metric('ConcurrentExecutions', { statistic: 'Maximum', label: 'concurrent' }),
    images.function.metricErrors({ label: 'errors' }),
    images.function.metricThrottles({ label: 'throttles' }),
  ];
}

function costMetric({ images, settings }: DashboardProps): IMetric {
  const hour = Duration.hours(1);
  const gigabytes = settings.memoryMb / 1024;
  const perMs = (gigabytes * prices[settings.architecture]) / 1000;
  return new MathExpression({
    // CDK parses the e of an exponent as the name of a metric.
    expression: `duration * ${perMs.toFixed(15)} + invocations * ${prices.request.toFixed(10)}`,
    usingMetrics: {
      duration: images.function.metricDuration({ statistic: 'Sum', period: hour }),
      invocations: images.function.metricInvocations({ period: hour }),
    },
    period: hour,
    label: 'at list price',
  });
}

function databaseMetrics({ database }: DashboardProps): IMetric[] {
  const { cluster } = database;
  if (!cluster) return [];
  return [
    cluster.metric('ServerlessDatabaseCapacity', { label: 'capacity units', unit: Unit.COUNT }),
    cluster.metricDatabaseConnections({ label: 'connections' }),
  ];
}
