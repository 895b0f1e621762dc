import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmRow } from './alarm-row.ts';
import { imageMetric } from './image-metric.ts';
import type { Settings } from './settings-schema.ts';
import type { UploadQueue } from './upload-queue.ts';
import { outputsTriggerEvents } from './uploads-pattern.ts';

export interface LoopAlarmsProps {
  settings: Settings;
  uploads: UploadQueue;
}

/**
 * Signs that outputs are processed as uploads. If the queue receives an event for each output, the
 * function ignores it: one per conversion and one per removal is normal.
 */
export function loopAlarms({
  settings,
  uploads,
}: LoopAlarmsProps): Record<'OwnOutputs' | 'MoreOutputsThanUploads', AlarmRow> {
  const isAnnounced = settings.events === 'sqs' && outputsTriggerEvents(settings);
  const isRemoved = isAnnounced && settings.onSourceDeleted === 'delete';
  const minutes = Duration.minutes(5);
  const hours = Duration.hours(6);
  const sum = (name: string, period: Duration): IMetric =>
    imageMetric(name, { statistic: 'Sum', period });
  return {
    OwnOutputs: {
      metric: new MathExpression({
        expression: [
          'ignored',
          ...(isAnnounced ? ['FILL(converted, 0)'] : []),
          ...(isRemoved ? ['FILL(skipped, 0)'] : []),
        ].join(' - '),
        usingMetrics: {
          ignored: sum('Ignored', minutes),
          ...(isAnnounced && { converted: sum('Converted', minutes) }),
          ...(isRemoved && { skipped: sum('Skipped', minutes) }),
        },
        period: minutes,
        label: 'Ignored events that are not explained by conversions',
      }),
      threshold: 50,
      periods: 3,
      description: 'More events are ignored than outputs are written: check for a loop.',
    },
    MoreOutputsThanUploads: {
      metric: new MathExpression({
        expression: isAnnounced
          ? 'converted - 1.2 * (messages - converted)'
          : 'converted - 1.2 * messages',
        usingMetrics: {
          converted: sum('Converted', hours),
          messages: uploads.queue.metricNumberOfMessagesSent({ period: hours }),
        },
        period: hours,
        label: 'Conversions without an upload',
      }),
      threshold: 100,
      periods: 1,
      description:
        'There are more conversions than uploads: the same objects are converted repeatedly.',
    },
  };
}
