import type { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';

export interface AlarmRow {
  metric: Metric | MathExpression;
  /** Above it, the alarm is raised. */
  threshold: number;
  periods: number;
  description: string;
}
