import { Annotations, ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import {
  ComparisonOperator,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { AlarmRow } from './alarm-row.ts';
import type { Database } from './database.ts';
import type { ImageFunction } from './image-function.ts';
import { loopAlarms } from './loop-alarms.ts';
import type { Settings } from './settings-schema.ts';
import type { UploadQueue } from './upload-queue.ts';

interface AlarmsProps {
  settings: Settings;
  images: ImageFunction;
  uploads: UploadQueue;
  database: Database;
  key: Key | undefined;
}

/** Alarms for conditions that need attention, and their recipient. */
export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, props: AlarmsProps) {
    super(scope, 'Alarms');
    const { settings, key } = props;
    this.topic = new Topic(this, 'Topic', { enforceSSL: true, ...(key && { masterKey: key }) });
    this.acceptAlarms();
    if (settings.alarmEmail === undefined) {
      Annotations.of(this).addWarningV2('grayscale:noAlarmSubscriber', noSubscriber);
    } else {
      this.topic.addSubscription(new EmailSubscription(settings.alarmEmail));
    }
    for (const [id, row] of Object.entries(alarmsOf(props))) {
      const alarm = row.metric.createAlarm(this, id, {
        alarmDescription: row.description,
        threshold: row.threshold,
        evaluationPeriods: row.periods,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(new SnsAction(this.topic));
    }
  }

  /**
   * enforceSSL adds a policy to the topic. It replaces the default policy, which lets the account
   * publish. https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
   */
  private acceptAlarms(): void {
    const stack = Stack.of(this);
    const anyAlarm = stack.formatArn({
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: '*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ArnLike: { 'aws:SourceArn': anyAlarm },
        },
      }),
    );
  }
}

const noSubscriber =
  'Expected a subscriber of the alarms but alarmEmail is not set: alarms notify no one. Set alarmEmail in infra/settings.ts, or subscribe to the topic that the output AlarmTopic names.';

const period = Duration.minutes(5);

function alarmsOf(props: AlarmsProps): Record<string, AlarmRow> {
  const { settings, images, uploads, database } = props;
  const { queue, deadLetters } = uploads;
  const visibilitySeconds = 6 * settings.timeoutSeconds;
  return {
    DeadLetters: {
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period }),
      threshold: 0,
      periods: 1,
      description:
        'Uploads failed repeatedly and are dead letters: read the reason in the log, fix it, then redrive the queue.',
    },
    OldestUpload: {
      metric: queue.metricApproximateAgeOfOldestMessage({ period }),
      // More than one failed attempt.
      threshold: 2 * visibilitySeconds,
      periods: 1,
      description:
        'Uploads wait too long: raise maxConcurrency, or find out what fails and is retried.',
    },
    Errors: {
      metric: new MathExpression({
        expression: '100 * errors / MAX([errors, invocations])',
        usingMetrics: {
          errors: images.function.metricErrors({ period }),
          invocations: images.function.metricInvocations({ period }),
        },
        period,
        label: 'Invocations that failed, in percent',
      }),
      threshold: 5,
      periods: 3,
      description: 'Whole invocations fail: check configuration, permissions, memory and timeout.',
    },
    Throttles: {
      metric: images.function.metricThrottles({ period }),
      threshold: 0,
      periods: 3,
      description:
        'The account’s concurrency limit is reached: it should be higher than maxConcurrency.',
    },
    ...loopAlarms(props),
    Recursion: {
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'RecursiveInvocationsDropped',
        dimensionsMap: { FunctionName: images.function.functionName },
        statistic: 'Sum',
        period,
      }),
      threshold: 0,
      periods: 1,
      description: 'Lambda ended a loop: an output was processed as an upload.',
    },
    ...databaseAlarms(database, settings),
  };
}

function databaseAlarms({ cluster }: Database, settings: Settings): Record<string, AlarmRow> {
  if (!cluster) return {};
  return {
    DatabaseConnections: {
      metric: cluster.metricDatabaseConnections({ period, statistic: 'Maximum' }),
      // One per function, and some for human users.
      threshold: settings.maxConcurrency + 20,
      periods: 3,
      description: 'The database has more connections than maxConcurrency explains.',
    },
    DatabaseCapacity: {
      metric: cluster.metric('ACUUtilization', { period, statistic: 'Average' }),
      threshold: 90,
      periods: 3,
      description: 'The database is at its maxCapacity.',
    },
  };
}
