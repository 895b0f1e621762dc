import { Duration, Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

export interface ImageMetricOptions {
  statistic: string;
  period?: Duration;
  label?: string;
  dimensions?: Record<string, string>;
}

/** A metric that the function writes into its log: src/lambda/reporter.ts. */
export function imageMetric(scope: Construct, name: string, options: ImageMetricOptions): Metric {
  const { statistic, period = Duration.minutes(5), label, dimensions = {} } = options;
  return new Metric({
    namespace: Stack.of(scope).stackName,
    metricName: name,
    dimensionsMap: { service: 'grayscale', ...dimensions },
    statistic,
    period,
    ...(label !== undefined && { label }),
  });
}
