import type { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';

export interface AlarmRow {
  metric: Metric | MathExpression;
  /** Values above it raise the alarm. */
  threshold: number;
  periods: number;
  description: string;
}
