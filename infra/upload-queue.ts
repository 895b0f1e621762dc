import { Aws, Duration, Stack } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption, type QueueProps, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Buckets } from './buckets.ts';
import type { Settings } from './settings-schema.ts';
import { uploadsPattern } from './uploads-pattern.ts';

interface UploadQueueProps {
  settings: Settings;
  buckets: Buckets;
  key: Key | undefined;
}

/** How often SQS delivers a message before it becomes a dead letter. */
const maxReceiveCount = 5;

/** The queue of uploads, its dead letters, and the connection from the bucket. */
export class UploadQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, { settings, buckets, key }: UploadQueueProps) {
    super(scope, 'UploadQueue');
    const common: QueueProps = {
      enforceSSL: true,
      // The maximum of SQS. A larger message would be lost.
      maxMessageSizeBytes: 1_048_576,
      ...(key
        ? { encryption: QueueEncryption.KMS, encryptionMasterKey: key }
        : { encryption: QueueEncryption.SQS_MANAGED }),
    };
    this.deadLetters = new Queue(this, 'DeadLetters', {
      ...common,
      retentionPeriod: Duration.days(14),
    });
    this.queue = new Queue(this, 'Queue', {
      ...common,
      // AWS recommends six times the function's timeout, for batches that could not be delivered
      // immediately.
      visibilityTimeout: Duration.seconds(6 * settings.timeoutSeconds),
      retentionPeriod: Duration.days(14),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount },
      // Uploads are not dead letters of any queue. The dead letter queue cannot name this queue as
      // its only source, because each would need the ARN of the other first.
      redriveAllowPolicy: { redrivePermission: RedrivePermission.DENY_ALL },
    });
    if (settings.events === 'sqs') this.notifyDirectly(settings, buckets);
    else this.notifyByRule(settings, buckets);
  }

  /**
   * S3 -> SQS. Set on the bucket itself, because CDK's own notifications add a function that may
   * change those of every bucket. CloudFormation cannot set them on an existing bucket:
   * docs/deploy.md has the command.
   */
  private notifyDirectly(
    { sourcePrefix, onSourceDeleted }: Settings,
    { source, created }: Buckets,
  ): void {
    const anyBucket = `arn:${Aws.PARTITION}:s3:::*`;
    this.accept('s3', {
      StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
      // A new bucket has no name before it is created, and it is not created before the queue
      // accepts its events. So any bucket of the account may send; S3_BUCKET makes the function
      // refuse others.
      ArnLike: { 'aws:SourceArn': created ? anyBucket : source.bucketArn },
    });
    if (!created) return;
    const filter = { s3Key: { rules: [{ name: 'prefix', value: sourcePrefix }] } };
    created.notificationConfiguration = {
      queueConfigurations: eventsOf(onSourceDeleted).map((event) => ({
        event,
        queue: this.queue.queueArn,
        ...(sourcePrefix !== '' && { filter }),
      })),
    };
    for (const child of this.queue.node.findAll()) {
      if (child.node.id === 'Policy') created.node.addDependency(child);
    }
  }

  /** S3 -> EventBridge -> SQS, with a rule that excludes the function's outputs. */
  private notifyByRule(settings: Settings, { source, created }: Buckets): void {
    if (created) {
      created.notificationConfiguration = {
        eventBridgeConfiguration: { eventBridgeEnabled: true },
      };
    }
    const rule = new CfnRule(this, 'Uploads', {
      description: 'Uploads to the grayscale image processor',
      eventPattern: uploadsPattern(settings, source.bucketName),
      targets: [
        {
          id: 'Queue',
          arn: this.queue.queueArn,
          deadLetterConfig: { arn: this.deadLetters.queueArn },
        },
      ],
    });
    for (const queue of [this.queue, this.deadLetters]) {
      this.accept('events', { ArnEquals: { 'aws:SourceArn': rule.attrArn } }, queue);
    }
  }

  private accept(service: string, conditions: Record<string, object>, queue = this.queue): void {
    queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(`${service}.amazonaws.com`)],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions,
      }),
    );
  }
}

/** The events of the bucket: uploads, and removals if outputs follow their sources. */
function eventsOf(onSourceDeleted: Settings['onSourceDeleted']): string[] {
  const removals = ['s3:ObjectRemoved:*', 's3:LifecycleExpiration:*'];
  return ['s3:ObjectCreated:*', ...(onSourceDeleted === 'delete' ? removals : [])];
}
