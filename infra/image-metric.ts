import { Aws, Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';

interface ImageMetricOptions {
  statistic: string;
  period?: Duration;
  label?: string;
  dimensions?: Record<string, string>;
}

/**
 * The name of the deployed stack: a template may be deployed several times under different names.
 */
export const metricsNamespace = Aws.STACK_NAME;

/** A metric that the function writes to its log: src/lambda/reporter.ts. */
export function imageMetric(name: string, options: ImageMetricOptions): Metric {
  const { statistic, period = Duration.minutes(5), label, dimensions = {} } = options;
  return new Metric({
    namespace: metricsNamespace,
    metricName: name,
    dimensionsMap: { service: 'grayscale', ...dimensions },
    statistic,
    period,
    ...(label !== undefined && { label }),
  });
}
