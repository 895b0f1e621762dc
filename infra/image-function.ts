import { Duration } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Code, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import type { Buckets } from './buckets.ts';
import type { Database } from './database.ts';
import { PackagedFunction } from './function.ts';
import { metricsNamespace } from './image-metric.ts';
import type { Network } from './network.ts';
import { stackRights } from './s3-rights.ts';
import { conversionValues, type Settings } from './settings-schema.ts';
import type { UploadQueue } from './upload-queue.ts';

interface ImageFunctionProps {
  settings: Settings;
  network: Network;
  buckets: Buckets;
  database: Database;
  uploads: UploadQueue;
  key: Key | undefined;
  code: Code;
}

/** The function that converts: its configuration, its rights and its event source. */
export class ImageFunction extends PackagedFunction {
  readonly eventSource: SqsEventSource;

  constructor(scope: Construct, props: ImageFunctionProps) {
    const { settings, network, buckets, database, uploads, key, code } = props;
    const { source, output } = buckets;
    super(scope, 'Images', {
      description: 'Converts uploaded images to grayscale',
      settings,
      network,
      key,
      code,
      handler: 'index.handler',
      memoryMb: settings.memoryMb,
      timeoutSeconds: settings.timeoutSeconds,
      environment: {
        ...conversionValues(settings.conversion),
        storage: {
          bucket: source.bucketName,
          outputPrefix: settings.outputPrefix,
          outputBucket: output === source ? undefined : output.bucketName,
          onSourceDeleted: settings.onSourceDeleted,
          outputCarry: settings.outputCarry.join() || undefined,
          outputStorageClass: settings.outputStorageClass,
        },
        database: database.loginOf('application'),
        // Several stacks in one account have separate metrics.
        logging: { metricsNamespace },
      },
    });
    database.grantLogin(this.function, 'application');
    grantObjects(this.function, settings, buckets);
    this.eventSource = new SqsEventSource(uploads.queue, {
      batchSize: settings.batchSize,
      maxBatchingWindow: Duration.seconds(settings.batchWindowSeconds),
      reportBatchItemFailures: true,
      // The only throttle. Reserved concurrency is not used: pollers do not know of it, and their
      // messages would use up their attempts.
      maxConcurrency: settings.maxConcurrency,
      // No filter. A filter by body drops every message whose body is not JSON, and all JSON that
      // it does not foresee, such as an SNS notification. Lambda silently deletes dropped messages.
      // The function ignores its own outputs and reports everything else that it refuses.
      // https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
    });
    this.function.addEventSource(this.eventSource);
  }
}

function grantObjects(handler: LambdaFunction, settings: Settings, buckets: Buckets): void {
  for (const { effect, action, resource } of stackRights(settings, buckets)) {
    handler.addToRolePolicy(
      new PolicyStatement({
        effect: effect === 'Allow' ? Effect.ALLOW : Effect.DENY,
        actions: [action],
        resources: [resource],
      }),
    );
  }
  buckets.source.encryptionKey?.grantDecrypt(handler);
  buckets.output.encryptionKey?.grantEncrypt(handler);
  if (settings.onSourceDeleted === 'delete') buckets.output.encryptionKey?.grantDecrypt(handler);
}
