import { Duration, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Code, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import type { Buckets } from './buckets.ts';
import type { Database } from './database.ts';
import { ownOutputFilters } from './event-filter.ts';
import { PackagedFunction } from './function.ts';
import type { Network } from './network.ts';
import type { Settings } from './settings-schema.ts';
import type { UploadQueue } from './upload-queue.ts';

export interface ImageFunctionProps {
  settings: Settings;
  network: Network;
  buckets: Buckets;
  database: Database;
  uploads: UploadQueue;
  code: Code;
}

/** The function that converts: what it is told, what it may do, and what it is fed. */
export class ImageFunction extends PackagedFunction {
  constructor(scope: Construct, props: ImageFunctionProps) {
    const { settings, network, buckets, database, uploads, code } = props;
    const { source, output } = buckets;
    super(scope, 'Images', {
      description: 'Converts uploaded images to grayscale',
      settings,
      network,
      code,
      handler: 'index.handler',
      memoryMb: settings.memoryMb,
      timeoutSeconds: settings.timeoutSeconds,
      environment: {
        ...settings.conversion,
        bucket: source.bucketName,
        outputPrefix: settings.outputPrefix,
        ...(output !== source && { outputBucket: output.bucketName }),
        onSourceDeleted: settings.onSourceDeleted,
        ...database.loginOf('application'),
        // Several stacks in one account have metrics of their own.
        metricsNamespace: Stack.of(scope).stackName,
      },
    });
    database.grantLogin(this.function, 'application');
    grantObjects(this.function, settings, buckets);
    this.function.addEventSource(
      new SqsEventSource(uploads.queue, {
        batchSize: settings.batchSize,
        maxBatchingWindow: Duration.seconds(settings.batchWindowSeconds),
        reportBatchItemFailures: true,
        // The one throttle. Reserved concurrency is not: pollers would not know of it, and their
        // messages would use up their tries.
        maxConcurrency: settings.maxConcurrency,
        ...filtersOf(settings),
      }),
    );
  }
}

function filtersOf(settings: Settings) {
  const filters = ownOutputFilters(settings);
  return filters && { filters: filters.map((filter) => ({ pattern: JSON.stringify(filter) })) };
}

/**
 * Reads sources, writes outputs, and neither the other way round. Where outputs follow their sources,
 * it has to read the metadata of an output before it removes it, and to be told that there is none.
 */
function grantObjects(handler: LambdaFunction, settings: Settings, buckets: Buckets): void {
  const { source, output } = buckets;
  const outputs = output.arnForObjects(`${settings.outputPrefix}*`);
  const removes = settings.onSourceDeleted === 'delete';
  handler.addToRolePolicy(
    new PolicyStatement({
      actions: ['s3:GetObject'],
      resources: [source.arnForObjects(`${settings.sourcePrefix}*`)],
    }),
  );
  handler.addToRolePolicy(
    // Without it S3 answers AccessDenied for what is not there, and not NoSuchKey.
    new PolicyStatement({
      actions: ['s3:ListBucket'],
      resources:
        removes && source !== output ? [source.bucketArn, output.bucketArn] : [source.bucketArn],
    }),
  );
  handler.addToRolePolicy(new PolicyStatement({ actions: ['s3:PutObject'], resources: [outputs] }));
  if (removes) {
    handler.addToRolePolicy(
      new PolicyStatement({ actions: ['s3:GetObject', 's3:DeleteObject'], resources: [outputs] }),
    );
  } else if (source === output) {
    handler.addToRolePolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        actions: ['s3:GetObject'],
        resources: [outputs],
      }),
    );
  }
  source.encryptionKey?.grantDecrypt(handler);
  output.encryptionKey?.grantEncrypt(handler);
}
